/** A booking whose create was not answered: it may exist. */
export interface LostCreate {
  contactId: string;
  studentId: string;
  examId: string;
  /** The booking's `booking_id`, by which it would be recognised. */
  bookingId: string;
  /** Bookings of the contact that were there before. */
  knownIds: ReadonlySet<string>;
  reservationId: string;
  /** In milliseconds of the monotonic clock. */
  lostAtMs: number;
}

/** Lost creates by contact. Only the process that lost an answer knows of it, so this is never shared. */
export class LostCreates {
  readonly #byContact = new Map<string, LostCreate>();

  get(contactId: string): LostCreate | undefined {
    return this.#byContact.get(contactId);
  }

  add(lost: LostCreate): void {
    this.#byContact.set(lost.contactId, lost);
  }

  remove(lost: LostCreate): void {
    if (this.#byContact.get(lost.contactId) === lost) this.#byContact.delete(lost.contactId);
  }
}
