import { HubSpotError, HubSpotInvalidReplyError, isTransient } from '../hubspot/errors.ts';

/** A record with the ids linked to it is worth having, but the record is worth having without them. */
export async function orWithoutLinks<T, U>(withLinks: () => Promise<T>, without: () => Promise<U>): Promise<T | U> {
  try {
    return await withLinks();
  } catch (error) {
    if (!isTransient(error) || !concernsLinks(error)) throw error;
    return without();
  }
}

/** Whether it may have been the links alone that could not be read: a list of its own, or one nobody understands. */
function concernsLinks(error: unknown): boolean {
  if (error instanceof HubSpotInvalidReplyError) return true;
  return error instanceof HubSpotError && error.operation.startsWith('associations.');
}
