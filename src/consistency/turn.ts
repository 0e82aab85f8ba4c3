import type { HeldLock, KeyedLock } from './keyed-lock.ts';

/**
 * A student's turn: first by what they sign in with, before anything is read, then by the contact this names, since a
 * contact may have two addresses. It is held while something is decided or attempted.
 */
export class Turn {
  readonly #locks: KeyedLock;
  #held: HeldLock[] = [];
  #contactKey = '';

  constructor(locks: KeyedLock) {
    this.#locks = locks;
  }

  /** @throws {AppError} `RATE_LIMITED` when another request of the same login takes too long. */
  async takeLogin(studentId: string, email: string): Promise<void> {
    this.#held.push(await this.#locks.take(`login ${studentId} ${email.toLowerCase()}`));
  }

  /**
   * @returns whether the contact was free. If not, what was read of it before is out of date.
   * @throws {AppError} `RATE_LIMITED` when another request of the same contact takes too long.
   */
  async takeContact(contactId: string): Promise<boolean> {
    this.#contactKey = `contact ${contactId}`;
    const lock = await this.#locks.take(this.#contactKey);
    this.#held.push(lock);
    return lock.wasFree;
  }

  isHeld(): boolean {
    return this.#held.length > 0 && this.#held.every((lock) => lock.isHeld());
  }

  release(): void {
    for (const lock of this.#held.splice(0)) lock.release();
  }

  /** Lets the contact's other requests go ahead while `work` lasts. */
  async givenUpFor(work: () => Promise<void>): Promise<void> {
    this.release();
    await work();
    this.#held.push(await this.#locks.take(this.#contactKey, Infinity));
  }
}
