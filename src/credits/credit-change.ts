import { randomUUID } from 'node:crypto';
import { AppError } from '../contract/errors.ts';
import { type Debt, gateOpensAtMs, type OpenCopy } from '../consistency/debts.ts';
import { type Pursuit, UnclearError } from '../consistency/pursuit.ts';
import { HubSpotError, HubSpotTimeoutError, isTransient } from '../hubspot/errors.ts';
import { type SeenContact, seeContact } from '../reads/contact.ts';
import { creditMarkProperty } from '../reads/optional-properties.ts';
import { writeThroughCredits } from '../reads/write-through.ts';
import { type Contact, creditToProperties } from '../records/contact.ts';
import { readMarks, toMark } from '../records/credit-history.ts';
import { epochMs } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { type CreditWish, type Evidence, hasReplaced, judgeCredit, missingOf, type Verdict } from './credit-verdict.ts';

/**
 * A change of a credit, carried to its end. It is a difference: every attempt computes its value from what it has just
 * read. A write that was not answered stays open until it is too old to be carried out, whatever is seen meanwhile, and
 * nothing but the same value is written beside it.
 */
export class CreditChange {
  readonly #deps: Deps;
  readonly #pursuit: Pursuit;
  readonly #wish: CreditWish;
  readonly #debt: Debt;
  #verdict: Verdict = 'unclear';
  #refusal: HubSpotError | undefined;
  readonly #attempts = new Set<string>();
  /** Whether another change of the credit was open when this one was written. */
  #hadCompany = false;
  /** The attempt whose answer told that it was carried out; empty while there is none. */
  #lastAnswered = '';

  constructor(deps: Deps, pursuit: Pursuit, wish: CreditWish) {
    this.#deps = deps;
    this.#pursuit = pursuit;
    this.#wish = wish;
    this.#debt = pursuit.debt;
  }

  /**
   * Makes the change; the debt's `credited` then tells the credits before and after it.
   * @param seen the contact as it was read a moment ago, if it was.
   * @throws {AppError | HubSpotError} when it was not made and will not be.
   * @throws {UnclearError} when that could not be found out in time.
   */
  async settle(seen: SeenContact | null): Promise<void> {
    await this.#untilGateOpens();
    if (await this.#step(seen && this.#pursuit.holdsStill(seen) ? seen : await this.#look())) return;
    do {
      for await (const _isLast of this.#pursuit.looks()) if (await this.#step(await this.#look())) return;
      // As long as nothing is open there is no last look: it may be refused today and taken in a minute.
    } while (this.#debt.copies.length === 0 && this.#pursuit.hasTime);
    const wasNeverMade = this.#debt.copies.length === 0 || (this.#verdict === 'due' && this.#openCopies().length === 0);
    if (!wasNeverMade) throw new UnclearError('a credit was written without an answer');
    throw this.#refusal ?? new HubSpotTimeoutError('objects.update', 'the credit was not written in time', 'refused');
  }

  /**
   * Looks after writes that are still open once the change is made: a late one may replace what others wrote meanwhile.
   * Where there is a witness that is made up for, and every write is looked after beside which another one was open, or
   * other instances may have written.
   */
  async watch(): Promise<void> {
    const mark = await creditMarkProperty(this.#deps);
    const hadCompany = mark !== null && (this.#hadCompany || !this.#deps.locks.isExclusive);
    if (this.#debt.copies.length === 0 && !hadCompany) return;
    for await (const isLast of this.#pursuit.looks()) {
      // The process is about to end, and what is open now closes by itself.
      if (this.#pursuit.isStopping) return;
      const seen = mark !== null || isLast ? await this.#look() : null;
      const evidence = seen && (await this.#evidenceOf(seen));
      if (seen && evidence && (await this.#isSettled(seen, evidence))) return;
    }
    if (mark !== null) this.#deps.log.error('a write to a credit could not be seen to its end: check it', this.ids);
  }

  /** @returns whether nothing can change any more. */
  async #isSettled(seen: SeenContact, evidence: Evidence): Promise<boolean> {
    const { marks } = evidence;
    if (!marks) {
      const isReplaced = hasReplaced(evidence, this.#wish.credit, !this.#deps.locks.isExclusive);
      if (isReplaced)
        this.#deps.log.error('a late write may have replaced what others wrote: check this credit', this.ids);
      return true;
    }
    this.#debt.copies = this.#openCopies().filter(
      ({ mark }) => !marks.some(({ attempt }) => mark?.endsWith(`#${attempt}`)),
    );
    await this.#deps.debts.save(this.#debt);
    const isShown = this.#lastAnswered === '' || marks.some(({ attempt }) => attempt === this.#lastAnswered);
    // Of several that wrote for the same booking the last one makes up for what is missing.
    const own = marks.find(({ bookingId, delta }) => bookingId === this.#wish.bookingId && delta === this.#wish.delta);
    const isLast = own !== undefined && this.#attempts.has(own.attempt);
    const isMissing = isShown && isLast && missingOf(this.#wish, evidence) !== 0;
    if (isMissing) await this.#attempt(seen);
    return isShown && !isMissing && this.#debt.copies.length === 0;
  }

  /** For log lines. */
  get ids(): Record<string, string> {
    const { contactId, examId } = this.#debt;
    return { bookingId: this.#wish.bookingId, contactId, examId, credit: this.#wish.credit };
  }

  #openCopies(): OpenCopy[] {
    const now = this.#deps.clock.monotonicMs();
    return this.#debt.copies.filter(({ closesAtMs }) => closesAtMs > now);
  }

  /** Other changes of the same credit that HubSpot may still carry out come first. */
  async #untilGateOpens(): Promise<void> {
    for (;;) {
      const opensAtMs = await this.#gateOpensAtMs();
      if (opensAtMs <= this.#deps.clock.monotonicMs() || opensAtMs > this.#pursuit.latestMs) return;
      await this.#pursuit.postpone(opensAtMs);
    }
  }

  async #gateOpensAtMs(): Promise<number> {
    const debts = await this.#deps.debts.ofContact(this.#debt.contactId);
    return gateOpensAtMs(debts, this.#wish.credit, this.#debt);
  }

  /** The contact with the past of the credit; null when the look failed, which has shown nothing. */
  async #look(): Promise<SeenContact | null> {
    try {
      const mark = await creditMarkProperty(this.#deps);
      const { credit } = this.#wish;
      return await seeContact(this.#deps, this.#debt.contactId, mark === null ? [credit] : [credit, mark]);
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      this.#deps.log.warn('look at a credit failed', { ...this.ids, reason: error.message });
      return null;
    }
  }

  async #evidenceOf({ contact, history }: SeenContact): Promise<Evidence> {
    const mark = await creditMarkProperty(this.#deps);
    const marks = mark === null ? null : readMarks(history.get(mark) ?? []);
    const past = history.get(this.#wish.credit) ?? [];
    return { contact, past, marks, copies: this.#debt.copies, anyOpen: this.#openCopies().length > 0 };
  }

  /** One attempt, if the change is due. @returns whether it is made. */
  async #step(seen: SeenContact | null): Promise<boolean> {
    if (!seen) return false;
    const written = await this.#deps.journal.creditsOf(this.#debt.contactId);
    const { origin } = this.#wish;
    // What this process wrote since then is no sign of another instance.
    const wish =
      written && origin && written.updatedAtMs > origin.updatedAtMs ? { ...this.#wish, origin: null } : this.#wish;
    this.#verdict = judgeCredit(wish, await this.#evidenceOf(seen));
    const { contact } = seen;
    if (this.#verdict === 'written') await this.#done(contact, contact.credits, contact.updatedAtMs);
    else if (this.#verdict === 'due' && (await this.#gateOpensAtMs()) <= this.#deps.clock.monotonicMs()) {
      await this.#attempt(seen);
    }
    return this.#debt.credited !== null;
  }

  async #attempt(seen: SeenContact): Promise<void> {
    const { contact } = seen;
    const { credit, delta } = this.#wish;
    const base = contact.credits[credit] ?? 0;
    const missing = missingOf(this.#wish, await this.#evidenceOf(seen));
    if (missing === -1 && base < 1 && this.#debt.credited === null) {
      const message = 'Your credits were used by another booking in the meantime. Please try again.';
      throw new AppError('RATE_LIMITED', message, { retryAfterSeconds: 1 });
    }
    const amount = base + missing;
    // Writes that are too old to be carried out say nothing any more.
    if (this.#debt.copies.some((copy) => copy.base !== base)) this.#debt.copies = this.#openCopies();
    try {
      const updatedAtMs = await this.#write(seen, { base, amount, sinceMs: contact.updatedAtMs });
      await this.#done(contact, { ...contact.credits, [credit]: amount }, updatedAtMs);
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      if (error.outcome === 'unknown') return;
      this.#refusal = error;
      // A booking that cannot be paid is undone at once; for what was promised there is nothing but to try again.
      const isPromised = delta > 0 || this.#debt.told !== 'no';
      if (!isTransient(error) && !isPromised && this.#debt.copies.length === 0) throw error;
    }
  }

  /** Sends one copy, which is open until it is answered. @returns HubSpot's time of it in epoch milliseconds. */
  async #write(seen: SeenContact, sent: Pick<OpenCopy, 'base' | 'amount' | 'sinceMs'>): Promise<number> {
    const { hubspot, config, debts } = this.#deps;
    const name = await creditMarkProperty(this.#deps);
    const attempt = randomUUID().slice(0, 8);
    this.#attempts.add(attempt);
    const rivals = (await debts.ofContact(this.#debt.contactId)).filter((other) => other !== this.#debt);
    this.#hadCompany ||= rivals.some(({ credit, copies }) => credit === this.#wish.credit && copies.length > 0);
    const mark = name === null ? null : toMark({ ...this.#wish, ...sent, attempt });
    const copy: OpenCopy = { ...sent, mark, closesAtMs: this.#pursuit.closesAtMs };
    this.#debt.copies.push(copy);
    await debts.saveNow(this.#debt);
    const mayLeave = () => {
      copy.closesAtMs = this.#pursuit.closesAtMs;
      return this.#pursuit.mayWrite(seen);
    };
    const marked = name !== null && mark !== null ? { [name]: mark } : {};
    const properties = { ...creditToProperties(this.#wish.credit, sent.amount), ...marked };
    const answered = async () => {
      this.#debt.copies = this.#debt.copies.filter((other) => other !== copy);
      await debts.save(this.#debt);
    };
    try {
      const update = { id: this.#debt.contactId, properties };
      const { updatedAt } = await hubspot.updateObject(config.objectTypes.contacts, update, {
        isAlone: true,
        mayLeave,
      });
      await answered();
      this.#lastAnswered = attempt;
      return epochMs(updatedAt);
    } catch (error) {
      if (error instanceof HubSpotError && error.outcome === 'refused') await answered();
      throw error;
    }
  }

  async #done(contact: Contact, after: Contact['credits'], updatedAtMs: number): Promise<void> {
    const { credit, delta } = this.#wish;
    this.#debt.credited = { before: { ...after, [credit]: (after[credit] ?? 0) - delta }, after };
    await this.#deps.debts.save(this.#debt);
    await writeThroughCredits(this.#deps, contact, after, updatedAtMs);
  }
}
