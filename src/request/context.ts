import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Clock } from '../time/clock.ts';
import { HubSpotUsage, SharedUsage, type Span, type Wait } from './usage.ts';

/** Who goes first where calls have to wait: students, then webhooks, cron and what follows an answer. */
export type Priority = 'student' | 'background';

/**
 * What belongs to the request being served and must reach the bottom of the house without being passed through
 * every signature: when it has to be over, and what it has cost so far.
 */
export interface RequestContext {
  requestId: string;
  trace: TraceParent;
  startedAtMs: number;
  /** When nobody waits for the answer any more, in milliseconds of the monotonic clock. */
  deadlineAt: number;
  /** When a call that has not left yet leaves no more: earlier than the deadline for what has to be carried to its end. */
  leaveBy: number | undefined;
  priority: Priority;
  /** The caller asked for an answer that does not come from the cache (`force=true` or `_t`). */
  bypassCache: boolean;
  /** To be called as soon as the caller is known to be who they claim to be: others may wait for that. */
  loginPassed: () => void;
  usage: HubSpotUsage;
}

/** Where a request belongs, in the words of W3C Trace Context. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits; undefined where the caller named none. */
  parentSpanId: string | undefined;
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
  given: Partial<Pick<RequestContext, 'requestId' | 'priority' | 'trace'>> = {},
): RequestContext {
  const { requestId = randomUUID(), priority = 'student', trace } = given;
  return {
    requestId,
    trace: trace ?? { traceId: requestId.replaceAll('-', ''), parentSpanId: undefined },
    startedAtMs: nowMs,
    deadlineAt: nowMs + durationMs,
    leaveBy: undefined,
    priority,
    bypassCache: false,
    loginPassed: () => {},
    usage: new HubSpotUsage(),
  };
}

/** Runs `work` in the current context with a deadline of its own, `durationMs` from now. */
export function withDeadline<T>(nowMs: number, durationMs: number, work: () => T): T {
  const context = currentContext() ?? newContext(nowMs, durationMs);
  return runInContext({ ...context, deadlineAt: nowMs + durationMs, leaveBy: undefined }, work);
}

/** Runs `work` in the current context; its calls leave by then, in milliseconds of the monotonic clock, or not at all. */
export function leavingBy<T>(leaveBy: number, work: () => T): T {
  const context = currentContext();
  return context ? runInContext({ ...context, leaveBy }, work) : work();
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
    leaveBy: Math.max(...contexts.map(({ deadlineAt, leaveBy = deadlineAt }) => leaveBy)),
    // Asked anew each time: whoever waits for one of them may make it urgent later.
    get priority() {
      return contexts.some(({ priority }) => priority === 'student') ? 'student' : 'background';
    },
    usage: new SharedUsage([...new Set(contexts.map(({ usage }) => usage))]),
  };
}

/** The context of the request being served; `undefined` outside of one. */
export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}

/**
 * Notes that the request being served begins to wait; the returned function ends it, once.
 * @param detail what it waits for in particular, for its trace.
 */
export function beginWait(clock: Clock, wait: Wait, detail?: string): () => void {
  let usage = currentContext()?.usage;
  const span: Span = { kind: wait, detail, startMs: clock.monotonicMs(), endMs: undefined };
  usage?.begin(wait, span);
  return () => {
    if (!usage) return;
    span.endMs = clock.monotonicMs();
    usage.end(wait, span.endMs);
    usage = undefined;
  };
}

/** What `work` comes to; until then the request being served is waiting for it. */
export async function waitingFor<T>(clock: Clock, wait: Wait, work: () => Promise<T>, detail?: string): Promise<T> {
  const end = beginWait(clock, wait, detail);
  try {
    return await work();
  } finally {
    end();
  }
}
