import type { Clock } from '../time/clock.ts';
import { currentContext, newContext, runInContext, withDeadline } from './context.ts';

/** Starts `work` and returns at once; a failure is told under `label`, never thrown. */
export type RunInBackground = (label: string, work: () => Promise<unknown>) => void;

export interface BackgroundOptions {
  clock: Clock;
  /** Keeps the instance alive until the promise settles, as Vercel's `waitUntil` does. */
  waitUntil: (promise: Promise<unknown>) => void;
  /** Hears of work that failed; nobody else would. */
  failed: (label: string, error: Error) => void;
  /** Milliseconds such work may take. */
  deadlineMs: number;
}

/**
 * Starts work on what is owed and returns at once. It goes on in the context of the request, also when that has been
 * answered, with a deadline of its own.
 */
export function createOwed({ waitUntil, failed, clock, deadlineMs }: BackgroundOptions): RunInBackground {
  return (label, work) => {
    waitUntil(withDeadline(clock.monotonicMs(), deadlineMs, async () => guarded(label, work, failed)));
  };
}

async function guarded(
  label: string,
  work: () => Promise<unknown>,
  failed: BackgroundOptions['failed'],
): Promise<void> {
  try {
    await work();
  } catch (error) {
    failed(label, error instanceof Error ? error : new Error(String(error)));
  }
}

/** Work after the answer: it has a deadline and a bill of its own, and keeps the request's id in its log lines. */
export function createBackground({ clock, waitUntil, failed, deadlineMs }: BackgroundOptions): RunInBackground {
  return (label, work) => {
    const { requestId, trace } = currentContext() ?? {};
    const request = requestId && trace ? { requestId, trace } : {};
    const context = newContext(clock.monotonicMs(), deadlineMs, { priority: 'background', ...request });
    waitUntil(runInContext(context, async () => guarded(label, work, failed)));
  };
}
