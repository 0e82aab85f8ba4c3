import { unescape } from 'node:querystring';
import { badRequest } from './errors.ts';
import type { PagingFault } from './faults.ts';

/** A cursor as a caller sends it back. */
type Cursor = string | number | null | undefined;

/** How a position in a list is written as a cursor. */
export interface CursorForm {
  write: (position: string) => string;
  /** @throws {RefusedError} 400 for what is no cursor. */
  read: (cursor: string) => string;
}

/** Search: the position itself. */
export const PLAIN_CURSOR: CursorForm = { write: (position) => position, read: requirePosition };

/** Associations: opaque, percent-encoded inside JSON already, and to be sent back as it is. */
export const OPAQUE_CURSOR: CursorForm = {
  write: (position) => encodeURIComponent(Buffer.from(`offset-${position}`).toString('base64')),
  read: (cursor) => {
    if (/^\d+$/.test(cursor)) return cursor;
    return requirePosition(
      Buffer.from(unescape(cursor), 'base64')
        .toString()
        .replace(/^offset-/, ''),
    );
  },
};

function requirePosition(position: string): string {
  if (/^\d+$/.test(position)) return position;
  throw badRequest(`Invalid cursor: ${position}`);
}

export interface PageRequest {
  sent: Cursor;
  size: number;
  form: CursorForm;
}

/** One page of a list, and `paging` where there is more: or a page as HubSpot should not send it. */
export function pageOf<T>(
  all: readonly T[],
  { sent, size, form }: PageRequest,
  fault: PagingFault['kind'] | undefined,
): { items: T[]; paging: { paging?: { next: { after: string | number } } } } {
  const position = sent === null || sent === undefined || sent === '' ? '0' : form.read(String(sent));
  const start = Math.max(0, Number(position) - (fault === 'drifting' ? 1 : 0));
  const end = fault === 'empty-page' ? start : start + size;
  const honest = end < all.length ? form.write(String(end)) : undefined;
  const after = oddCursor(fault, { sent, position, end, form }, honest);
  return {
    items: all.slice(start, end),
    paging: after === undefined ? {} : { paging: { next: { after } } },
  };
}

/** An empty page leads to another cursor for the same place: the position with one more zero before it. */
function oddCursor(
  fault: PagingFault['kind'] | undefined,
  { sent, position, end, form }: Pick<PageRequest, 'sent' | 'form'> & { position: string; end: number },
  honest: string | undefined,
): string | number | undefined {
  if (fault === 'empty-page') return form.write(`0${position}`);
  if (fault === 'stuck-cursor') return sent ? form.write(position) : honest;
  return fault === 'numeric-cursor' && honest !== undefined ? end : honest;
}
