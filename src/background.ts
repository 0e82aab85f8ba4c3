import type { Clock } from './clock.ts';
import { currentContext, newContext, runInContext } from './context.ts';
import type { Log } from './observability/log.ts';

/** Starts `work` and returns at once; a failure is logged under `label`, never thrown. */
export type RunInBackground = (label: string, work: () => Promise<unknown>) => void;

export interface BackgroundOptions {
  clock: Clock;
  log: Log;
  /** Keeps the instance alive until the promise settles, as Vercel's `waitUntil` does. */
  waitUntil: (promise: Promise<unknown>) => void;
  /** Milliseconds such work may take. */
  deadlineMs: number;
}

/** Work after the answer: it has a deadline and a bill of its own, and keeps the request's id in its log lines. */
export function createBackground({ clock, log, waitUntil, deadlineMs }: BackgroundOptions): RunInBackground {
  return (label, work) => {
    const requestId = currentContext()?.requestId;
    const context = newContext(clock.now(), deadlineMs, {
      priority: 'background',
      ...(requestId ? { requestId } : {}),
    });
    const guarded = async () => {
      try {
        await work();
      } catch (error) {
        log.error('background work failed', {
          label,
          error: error instanceof Error ? error : new Error(String(error)),
        });
      }
    };
    waitUntil(runInContext(context, guarded));
  };
}
