import type {
  Assurance,
  Debt,
  DebtEnd,
  MadeBooking,
  SeatClaim,
  SeatOutcome,
  SeatRequest,
} from '../consistency/debts.ts';
import { InProcessDebts, type InProcessDebtsOptions } from '../consistency/in-process-debts.ts';
import type { Clock } from '../time/clock.ts';
import type { Ledger } from './ledger.ts';
import { LEASE_MS, type Write } from './outbox.ts';
import { UnreachableError } from './redis.ts';
import { debtFromText, debtToText } from './wire-debt.ts';

export interface SharedDebtsOptions {
  clock: Clock;
  ledger: Ledger;
  /** So long a new state does not know all that was sold, in milliseconds. */
  youthMs: number;
  /** So long a seat is held at most, in milliseconds. */
  holdMs: number;
  /** How sure a seat is that was decided on together, and one that this instance alone could decide on. */
  sharedAssurance: { together: Assurance; alone: Assurance };
}

/** So often somebody who waits for another instance asks what has become of it, in milliseconds. */
const ASK_AGAIN_MS = 250;
/** HubSpot's times fit in well; a record whose time is not known is older than none. */
const FAR_FUTURE_MS = 9e15;

/**
 * {@link Debts} of all instances. Every one of them knows all; who owns one works on it. Seats are decided on together or,
 * while Redis cannot be asked, by each instance alone, and then in doubt.
 */
export class SharedDebts extends InProcessDebts {
  readonly #options: SharedDebtsOptions;
  /** Debts of other instances, by id. */
  readonly #others = new Map<string, string>();
  #overdue: string[] = [];

  constructor(own: InProcessDebtsOptions, options: SharedDebtsOptions) {
    super(own);
    this.#options = options;
  }

  override get knowsAllAtMs(): number {
    const { ledger, youthMs } = this.#options;
    return ledger.isInTouch ? ledger.bornAtMs + youthMs : super.knowsAllAtMs;
  }

  override isOwn(debt: Debt): boolean {
    return !this.#others.has(debt.id);
  }

  override async openWithSeat(debt: Debt, request: SeatRequest): Promise<SeatOutcome> {
    const { sharedAssurance: assurance, ledger } = this.#options;
    const outcome = (await this.#decide(debt, request)) ?? (await this.#decide(debt, request));
    if (outcome === undefined) {
      const alone = await super.openWithSeat(debt, request);
      debt.assurance = assurance.alone;
      // A seat may be held all the same.
      if (alone !== 'opened') ledger.outbox.queue(this.#endOf({ ...debt, end: 'nothing', endedAtMs: 0 }));
      return alone;
    }
    if (outcome === 'opened') {
      debt.assurance = assurance.together;
      super.keep(debt);
    }
    return outcome;
  }

  override async claim(debt: Debt, request: SeatClaim): Promise<SeatOutcome | undefined> {
    return this.#decide(debt, request);
  }

  /** Undefined when Redis does not answer. */
  async #decide(debt: Debt, request: SeatRequest | SeatClaim): Promise<SeatOutcome | undefined> {
    const { ledger, youthMs, holdMs } = this.#options;
    const { examId, capacity, seats } = request;
    const claim = 'made' in request ? request : null;
    const linked = seats.map(({ id, holdsSeat, updatedAtMs }) => [
      id,
      Number(holdsSeat),
      Math.min(updatedAtMs, FAR_FUTURE_MS),
      Number(claim?.later.has(id) ?? false),
    ]);
    const lease = [youthMs, LEASE_MS, holdMs];
    const news = claim ? [claim.made.bookingId, JSON.stringify(['made', claim.made])] : ['', ''];
    const args = [...lease, examId, capacity, JSON.stringify(linked), debt.id, debtToText(debt, ledger), ...news];
    const reply = await this.#ask(async () => ledger.step('decide', seatKeys(examId), args));
    return reply?.[0] as SeatOutcome | undefined;
  }

  override async open(debt: Debt): Promise<Debt> {
    const { ledger } = this.#options;
    const known = await super.open(debt);
    if (known !== debt) return known;
    const keys = ['debts', 'due', `open:${debt.kind}:${debt.bookingId}`];
    const reply = await this.#ask(async () => ledger.step('open', keys, [debt.id, debtToText(debt, ledger), LEASE_MS]));
    const rival = reply ? super.byId(reply[0] as string) : undefined;
    if (!rival || rival === debt) return debt;
    super.forget(debt);
    return rival;
  }

  override async made(debt: Debt, made: MadeBooking): Promise<void> {
    const { ledger, sharedAssurance: assurance } = this.#options;
    await super.made(debt, made);
    if (debt.assurance !== assurance.together) return this.save(debt);
    const news = [made.bookingId, JSON.stringify(['made', made])];
    const args = [LEASE_MS, debt.examId, debt.id, debtToText(debt, ledger), ...news];
    const note = async () => this.#ask(async () => ledger.step('made', seatKeys(debt.examId), args));
    const reply = (await note()) ?? (await note());
    if (reply?.[0] !== 'certain') debt.assurance = assurance.alone;
  }

  override async save(debt: Debt): Promise<void> {
    await super.save(debt);
    if (this.#isOpened(debt)) this.#options.ledger.outbox.queue(this.#stateOf(debt));
  }

  override async saveNow(debt: Debt): Promise<void> {
    await super.save(debt);
    if (this.#isOpened(debt)) await this.#options.ledger.outbox.write(this.#stateOf(debt));
  }

  override async end(debt: Debt, end: DebtEnd, error?: unknown): Promise<void> {
    const isOpened = this.#isOpened(debt);
    await super.end(debt, end, error);
    if (isOpened) this.#options.ledger.outbox.queue(this.#endOf(debt));
  }

  override async seatsChanged(examId: string, maxWaitMs: number): Promise<void> {
    await super.seatsChanged(examId, Math.min(maxWaitMs, ASK_AGAIN_MS));
  }

  override async ended(debt: Debt, maxWaitMs: number): Promise<void> {
    const { clock, ledger } = this.#options;
    if (this.isOwn(debt)) return super.ended(debt, maxWaitMs);
    const until = clock.monotonicMs() + maxWaitMs;
    while (debt.end === null && clock.monotonicMs() < until) {
      await super.untilWanted(debt, Math.min(ASK_AGAIN_MS, until - clock.monotonicMs()));
      await ledger.pull();
    }
  }

  override takeOverdue(): readonly string[] {
    return this.#overdue.splice(0);
  }

  override async adopt(id: string): Promise<Debt | null> {
    const { ledger } = this.#options;
    const reply = await this.#ask(async () => ledger.step('adopt', ['debts', 'due'], [id, LEASE_MS]));
    const text = reply?.[0];
    if (typeof text !== 'string' || text === '') return null;
    const debt = this.learn(text, '');
    this.#others.delete(id);
    return debt;
  }

  /** Somebody else tells of a debt. */
  learn(text: string, owner: string): Debt {
    const told = debtFromText(text, this.#options.ledger);
    const known = super.byId(told.id);
    if (known) Object.assign(known, told);
    else super.keep(told);
    const debt = known ?? told;
    this.#others.set(debt.id, owner);
    void super.save(debt);
    return debt;
  }

  /** What is known by now of all debts, `debts` by id. */
  startOver(debts: ReadonlyMap<string, { text: string; owner: string }>, me: string): void {
    // What others owed and the state does not know was settled meanwhile, or its owner will put it back.
    for (const debt of super.pending) if (!this.isOwn(debt) && !debts.has(debt.id)) this.forget(debt);
    for (const { text, owner } of debts.values()) if (owner !== me) this.learn(text, owner);
  }

  due(ids: readonly string[]): void {
    this.#overdue = [...new Set([...this.#overdue, ...ids])];
  }

  lost(ids: readonly string[]): void {
    for (const id of ids) if (!this.#others.has(id)) this.#others.set(id, 'another');
  }

  /** For the others to know that these are being worked on. */
  held(): Write[] {
    return this.#own().map(({ id }) => ({ kind: 'alive', key: null, values: () => [id] }));
  }

  /** For a state that may not know them. */
  remembered(): Write[] {
    return this.#own().map((debt) => this.#stateOf(debt));
  }

  #own(): readonly Debt[] {
    return super.pending.filter((debt) => this.isOwn(debt));
  }

  /** One that has not been opened is nobody's yet: told to the others it would be carried out. */
  #isOpened(debt: Debt): boolean {
    return this.isOwn(debt) && super.byId(debt.id) === debt;
  }

  #stateOf(debt: Debt): Write {
    const values = () => [debt.id, debtToText(debt, this.#options.ledger)];
    return { kind: 'debt', key: null, name: `debt ${debt.id}`, values };
  }

  #endOf(debt: Debt): Write {
    const { ledger } = this.#options;
    const values = () => [debt.id, debtToText(debt, ledger)];
    return { kind: 'ended', key: `exam:${debt.examId}`, name: `ended ${debt.id}`, values };
  }

  async #ask<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      return undefined;
    }
  }
}

function seatKeys(examId: string): string[] {
  return ['debts', 'due', 'written', `exam:${examId}`];
}
