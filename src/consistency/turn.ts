import type { HeldLock, KeyedLock } from './keyed-lock.ts';

/**
 * A student's turn: first by what they sign in with, before anything is read, then by the contact this names, since a
 * contact may have two addresses. It is held while something is decided or attempted.
 */
export class Turn {
  readonly #logins: KeyedLock;
  readonly #locks: KeyedLock;
  #held: HeldLock[] = [];
  #contactKey = '';

  constructor({ logins, locks }: { logins: KeyedLock; locks: KeyedLock }) {
    this.#logins = logins;
    this.#locks = locks;
  }

  /** @throws {AppError} `RATE_LIMITED` when another request of the same login takes too long. */
  async takeLogin(studentId: string, email: string): Promise<void> {
    this.#held.push(await this.#logins.take(`login ${studentId} ${email.toLowerCase()}`));
  }

  /**
   * @param sinceMs when what is known of the contact was read, in milliseconds of the monotonic clock.
   * @returns whether the contact has been free since then. If not, what was read is out of date.
   * @throws {AppError} `RATE_LIMITED` when another request of the same contact takes too long.
   */
  async takeContact(contactId: string, sinceMs: number): Promise<boolean> {
    this.#contactKey = `contact ${contactId}`;
    const lock = await this.#locks.take(this.#contactKey, { sinceMs });
    this.#held.push(lock);
    return lock.wasFree;
  }

  /** Waits for a contact as long as it takes: for what is owed. */
  async waitForContact(contactId: string): Promise<void> {
    this.#contactKey = `contact ${contactId}`;
    await this.retake();
  }

  isHeld(): boolean {
    return this.#held.length > 0 && this.#held.every((lock) => lock.isHeld());
  }

  release(): void {
    for (const lock of this.#held.splice(0)) lock.release();
  }

  /** Has the turn again that was released or lost. @returns whether others may have had it meanwhile. */
  async retake(): Promise<boolean> {
    if (this.isHeld()) return false;
    this.release();
    this.#held.push(await this.#locks.take(this.#contactKey, { maxWaitMs: Infinity }));
    return true;
  }
}
