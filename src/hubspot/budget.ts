import type { Clock } from '../time/clock.ts';
import { currentContext, type Priority, type RequestContext } from '../request/context.ts';
import { DailyAllowance } from './daily-allowance.ts';
import { HubSpotRateLimitError, type RateLimitPolicy } from './errors.ts';
import type { RateLimitReading } from './headers.ts';
import { SlidingWindow } from './sliding-window.ts';

/** Calls that may be made; 0 for no limit. */
export interface BudgetLimits {
  callsPer10Seconds: number;
  /** Of those, calls of the associations API. */
  associationCallsPer10Seconds: number;
  searchesPerSecond: number;
  callsPerDay: number;
}

/** The right to make one call. */
export interface Lease {
  /** The call leaves this process now. Until then HubSpot cannot have counted it. */
  left(): void;
  /** HubSpot answered, whatever it said. */
  answered(reading: RateLimitReading): void;
  /** The call is over. To be called exactly once. */
  end(): void;
}

/** How much of the limits is taken, for whoever watches. */
export interface BudgetStats {
  /** Of our own share or of HubSpot's ceiling, whichever is fuller. */
  limit: number;
  used: number;
  /** Calls that wait for room, by priority. */
  waiting: Record<Priority, number>;
  /** Calls refused since the process began, because they did not fit before their deadline. */
  refused: Record<Priority, number>;
  searches: { limit: number; used: number };
  usedToday: number;
}

interface Waiting {
  windows: readonly SlidingWindow[];
  priority: Priority;
  /** Of the request it is made for: shared work becomes urgent when somebody urgent joins. */
  context: Pick<RequestContext, 'priority'> | undefined;
  grant: (lease: Lease) => void;
}

const PRIORITIES: readonly Priority[] = ['student', 'background'];
/** Webhooks, cron and work after answers leave a third of the window to students, who may come at any moment. */
const BACKGROUND_SHARE = 2 / 3;
/** So soon it is seen that waiting work has become urgent, in milliseconds. */
const PROMOTE_EVERY_MS = 200;

/**
 * Keeps calls inside HubSpot's limits, with one window for each condition: what this process makes stays within its
 * share, and what all processes make stays under HubSpot's ceiling, as its headers tell. Students go first. A call that
 * would not fit before its deadline is refused at once, so that the caller hears it early.
 */
export class RateBudget {
  readonly #clock: Clock;
  /** Our own calls within our own share. */
  readonly #share: SlidingWindow;
  /** Everybody's calls under HubSpot's limit; none until HubSpot has named it. */
  readonly #ceiling: SlidingWindow;
  readonly #associations: SlidingWindow;
  readonly #searches: SlidingWindow;
  readonly #day: DailyAllowance;
  readonly #waiting: Record<Priority, Set<Waiting>> = { student: new Set(), background: new Set() };
  readonly #refused: Record<Priority, number> = { student: 0, background: 0 };
  /** Our own calls that have left, of those HubSpot counts. */
  readonly #sent: SlidingWindow;
  #cancelWake = () => {};
  #sentCount = 0;
  /** The latest call whose answer has told how much is used: what an earlier one tells after it is out of date. */
  #heard = 0;

  constructor(clock: Clock, limits: BudgetLimits) {
    this.#clock = clock;
    this.#share = new SlidingWindow(clock, limits.callsPer10Seconds, 10_000);
    this.#ceiling = new SlidingWindow(clock, 0, 10_000);
    this.#sent = new SlidingWindow(clock, 0, 10_000);
    this.#associations = new SlidingWindow(clock, limits.associationCallsPer10Seconds, 10_000);
    this.#searches = new SlidingWindow(clock, limits.searchesPerSecond, 1000);
    this.#day = new DailyAllowance(clock, limits.callsPerDay);
  }

  /** Share of the fuller window that is taken, from 0 to 1 and beyond. */
  get pressure(): number {
    return this.#fuller.pressure;
  }

  get #fuller(): SlidingWindow {
    return this.#ceiling.pressure > this.#share.pressure ? this.#ceiling : this.#share;
  }

  /** Whether a search could be made now that makes nobody wait: one more is left for what must be searched. */
  get canSpareSearch(): boolean {
    return this.#searches.used < Math.max(1, this.#searches.limit - 1);
  }

  /** HubSpot refused a search though this process keeps to its limit: others use it, which search answers do not tell. */
  noteSearchRefused(): void {
    this.#searches.noteForeign(this.#searches.limit);
  }

  /** Milliseconds until a student's call finds room. */
  get roomInMs(): number {
    return this.#expectedAt([this.#share, this.#ceiling], 'student') - this.#clock.monotonicMs();
  }

  stats(): BudgetStats {
    const waiting = { student: this.#waiting.student.size, background: this.#waiting.background.size };
    const searches = { limit: this.#searches.limit, used: this.#searches.used };
    const { limit, used } = this.#fuller;
    return { limit, used, waiting, refused: { ...this.#refused }, searches, usedToday: this.#day.used };
  }

  /**
   * Waits for room for one call. Its priority is that of the request it is made for.
   * @param deadlineAt milliseconds of the monotonic clock.
   * @throws {HubSpotRateLimitError} at once when there will be no room before `deadlineAt`.
   */
  async acquire(operation: string, deadlineAt: number): Promise<Lease> {
    const priority = currentContext()?.priority ?? 'student';
    if (!this.#day.allows(priority)) throw this.#refusal(operation, priority, 'DAILY', undefined);
    const windows = this.#windowsOf(operation);
    // Whoever waits and fits by now goes first.
    this.#admit();
    if (this.#fits(windows, priority)) return this.#lease(windows);
    const roomAt = this.#expectedAt(windows, priority);
    if (roomAt >= deadlineAt) throw this.#refusal(operation, priority, policyOf(operation), roomAt);
    return this.#wait({ windows, priority, context: currentContext() }, operation, deadlineAt);
  }

  #windowsOf(operation: string): SlidingWindow[] {
    const windows = [this.#share, this.#ceiling];
    if (operation === 'objects.search') return [...windows, this.#searches];
    return operation.startsWith('associations.') ? [...windows, this.#associations] : windows;
  }

  #limitOf(window: SlidingWindow, priority: Priority): number {
    if (priority === 'student' || window === this.#searches) return window.limit;
    return Math.max(1, Math.floor(window.limit * BACKGROUND_SHARE));
  }

  #fits(windows: readonly SlidingWindow[], priority: Priority): boolean {
    return windows.every((window) => window.used + 1 <= this.#limitOf(window, priority));
  }

  /** When a newcomer finds room in each window, after those ahead of it: of its priority or a higher one. */
  #expectedAt(windows: readonly SlidingWindow[], priority: Priority): number {
    const ranks = priority === 'student' ? [this.#waiting.student] : PRIORITIES.map((each) => this.#waiting[each]);
    const ahead = ranks.flatMap((rank) => [...rank]);
    const times = windows.map((window) => {
      const rivals = ahead.filter((other) => other.windows.includes(window)).length;
      return window.roomAt(rivals + 1, this.#limitOf(window, priority));
    });
    return Math.max(...times);
  }

  async #wait(call: Omit<Waiting, 'grant'>, operation: string, deadlineAt: number): Promise<Lease> {
    const { promise, resolve: grant, reject } = Promise.withResolvers<Lease>();
    const waiting: Waiting = { ...call, grant };
    this.#waiting[call.priority].add(waiting);
    this.#planWake();
    const cancel = this.#clock.schedule(deadlineAt - this.#clock.monotonicMs(), () => {
      const { windows, priority } = waiting;
      if (!this.#waiting[priority].delete(waiting)) return;
      reject(this.#refusal(operation, priority, policyOf(operation), this.#expectedAt(windows, priority)));
    });
    return promise.finally(cancel);
  }

  /** Lets go whoever fits, students first, each in the order of coming; then sees when to look again. */
  #admit(): void {
    this.#promote();
    for (const priority of PRIORITIES) {
      for (const waiting of this.#waiting[priority]) {
        if (!this.#fits(waiting.windows, priority)) continue;
        this.#waiting[priority].delete(waiting);
        waiting.grant(this.#lease(waiting.windows));
      }
    }
    this.#planWake();
  }

  #promote(): void {
    for (const waiting of this.#waiting.background) {
      if (waiting.context?.priority !== 'student') continue;
      this.#waiting.background.delete(waiting);
      this.#waiting.student.add(Object.assign(waiting, { priority: 'student' }));
    }
  }

  /** Looks again when the first place becomes free for anybody who waits; soon, if that is by now. */
  #planWake(): void {
    this.#cancelWake();
    const times = PRIORITIES.flatMap((priority) => {
      // Those behind the first one may wait for another window, which has room earlier.
      const firsts = new Map([...this.#waiting[priority]].toReversed().map(({ windows }) => [windows.at(-1), windows]));
      return [...firsts.values()].map((windows) =>
        Math.max(...windows.map((window) => window.roomAt(1, this.#limitOf(window, priority)))),
      );
    });
    if (times.length === 0) return;
    const roomMs = Math.min(...times) - this.#clock.monotonicMs();
    const leftMs = this.#waiting.background.size > 0 ? Math.min(roomMs, PROMOTE_EVERY_MS) : roomMs;
    this.#cancelWake = this.#clock.schedule(Math.max(1, leftMs), () => this.#admit());
  }

  /** Takes a place in every window. */
  #lease(windows: readonly SlidingWindow[]): Lease {
    for (const window of windows) window.begin();
    this.#day.count();
    let sent: { number: number; own: number } | undefined;
    return {
      left: () => {
        this.#sent.begin();
        sent = { number: (this.#sentCount += 1), own: this.#sent.ownUsed };
      },
      answered: (reading) => {
        if (sent) this.#learn(reading, sent);
      },
      end: () => {
        for (const window of sent ? [...windows, this.#sent] : windows) window.end();
        this.#admit();
      },
    };
  }

  /** What HubSpot counted by the time of its answer holds all of our calls that had left by then. */
  #learn({ window, day }: RateLimitReading, { number, own }: { number: number; own: number }): void {
    if (window) for (const each of [this.#ceiling, this.#sent]) each.limitTo(window.max, window.intervalMs);
    if (window?.used !== undefined && number > this.#heard) {
      this.#heard = number;
      this.#ceiling.noteForeign(window.used - Math.max(own, this.#sent.ownUsed));
    }
    if (day) this.#day.correct(day);
  }

  #refusal(operation: string, priority: Priority, policy: RateLimitPolicy, roomAt: number | undefined) {
    this.#refused[priority] += 1;
    const waitMs = roomAt === undefined ? undefined : Math.max(0, roomAt - this.#clock.monotonicMs());
    return new HubSpotRateLimitError(operation, policy, { retryAfterMs: waitMs, ours: true });
  }
}

function policyOf(operation: string): RateLimitPolicy {
  return operation === 'objects.search' ? 'SECONDLY' : 'TEN_SECONDLY_ROLLING';
}
