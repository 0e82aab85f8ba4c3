import { HubSpotInvalidReplyError } from './errors.ts';
import type { Paging } from './schemas.ts';

/** HubSpot's largest lists are 10,000 records of 200 a page [search guide]: what has more pages has no end. */
const MAX_PAGES = 60;

/** The way through the pages of one list. */
export class Pages {
  readonly #operation: string;
  /** Cursors seen; the empty one is the beginning. */
  readonly #seen = new Set(['']);

  constructor(operation: string) {
    this.#operation = operation;
  }

  /**
   * The cursor of the next page, undefined after the last one; an error when it was seen before, since such a list has
   * no end. Never the page's link, which is deprecated [spec].
   */
  after(paging: Paging): string | undefined | HubSpotInvalidReplyError {
    const after = paging?.next?.after;
    if (after === undefined || after === null) return undefined;
    if (this.#seen.has(after)) return new HubSpotInvalidReplyError(this.#operation, 'paging goes in circles');
    if (this.#seen.size >= MAX_PAGES) return new HubSpotInvalidReplyError(this.#operation, 'paging does not end');
    this.#seen.add(after);
    return after;
  }
}
