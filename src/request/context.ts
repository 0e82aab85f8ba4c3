import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/** Who goes first where calls have to wait: students, then webhooks, cron and what follows an answer. */
export type Priority = 'student' | 'background';

/**
 * What belongs to the request being served and must reach the bottom of the house without being passed through
 * every signature: when it has to be over, and what it has cost so far.
 */
export interface RequestContext {
  requestId: string;
  startedAtMs: number;
  /** When nobody waits for the answer any more, in milliseconds of the monotonic clock. */
  deadlineAt: number;
  priority: Priority;
  /** The caller asked for an answer that does not come from the cache (`force=true` or `_t`). */
  bypassCache: boolean;
  /** To be called as soon as the caller is known to be who they claim to be: others may wait for that. */
  loginPassed: () => void;
  usage: HubSpotUsage;
}

/** HubSpot calls made for one request, the time spent waiting for them, and what the cache spared. */
export class HubSpotUsage {
  calls = 0;
  cacheHits = 0;
  cacheMisses = 0;
  waitedMs = 0;
  #active = 0;
  #since = 0;

  cacheHit(): void {
    this.cacheHits += 1;
  }

  cacheMiss(): void {
    this.cacheMisses += 1;
  }

  /** Calls that overlap are waited for once: the time counts while at least one is under way. */
  begin(monotonicMs: number): void {
    this.calls += 1;
    this.#active += 1;
    if (this.#active === 1) this.#since = monotonicMs;
  }

  end(monotonicMs: number): void {
    this.#active -= 1;
    if (this.#active === 0) this.waitedMs += monotonicMs - this.#since;
  }
}

/** The bill of a call that several requests share: each of them waits for it, so each is charged. */
class SharedUsage extends HubSpotUsage {
  readonly #usages: readonly HubSpotUsage[];

  constructor(usages: readonly HubSpotUsage[]) {
    super();
    this.#usages = usages;
  }

  override begin(monotonicMs: number): void {
    for (const usage of this.#usages) usage.begin(monotonicMs);
  }

  override end(monotonicMs: number): void {
    for (const usage of this.#usages) usage.end(monotonicMs);
  }
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work` with `context` as its request context, through every await inside it. */
export function runInContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

/** A context for work that begins now and may take `durationMs`. */
export function newContext(
  nowMs: number,
  durationMs: number,
  { requestId = randomUUID(), priority = 'student' }: Partial<Pick<RequestContext, 'requestId' | 'priority'>> = {},
): RequestContext {
  return {
    requestId,
    startedAtMs: nowMs,
    deadlineAt: nowMs + durationMs,
    priority,
    bypassCache: false,
    loginPassed: () => {},
    usage: new HubSpotUsage(),
  };
}

/** Runs `work` in the current context with a deadline of its own, `durationMs` from now. */
export function withDeadline<T>(nowMs: number, durationMs: number, work: () => T): T {
  const context = currentContext() ?? newContext(nowMs, durationMs);
  return runInContext({ ...context, deadlineAt: nowMs + durationMs }, work);
}

/** {@link withDeadline}, or the current deadline where that is earlier. */
export function withinDeadline<T>(nowMs: number, durationMs: number, work: () => T): T {
  const leftMs = (currentContext()?.deadlineAt ?? Infinity) - nowMs;
  return withDeadline(nowMs, Math.min(durationMs, leftMs), work);
}

/**
 * The context of work done for several requests at once: as urgent as the most urgent of them, not over before the last
 * of them is, and on the bill of all.
 */
export function shareContext(contexts: readonly RequestContext[]): RequestContext | undefined {
  const [first, ...others] = contexts;
  if (!first || others.length === 0) return first;
  return {
    ...first,
    deadlineAt: Math.max(...contexts.map(({ deadlineAt }) => deadlineAt)),
    priority: contexts.some(({ priority }) => priority === 'student') ? 'student' : 'background',
    usage: new SharedUsage([...new Set(contexts.map(({ usage }) => usage))]),
  };
}

/** The context of the request being served; `undefined` outside of one. */
export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}
