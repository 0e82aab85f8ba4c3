import type { Clock } from '../time/clock.ts';
import { currentContext, newContext, runInContext } from './context.ts';

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

/** Work after the answer: it has a deadline and a bill of its own, and keeps the request's id in its log lines. */
export function createBackground({ clock, waitUntil, failed, deadlineMs }: BackgroundOptions): RunInBackground {
  return (label, work) => {
    const requestId = currentContext()?.requestId;
    const context = newContext(clock.monotonicMs(), deadlineMs, {
      priority: 'background',
      ...(requestId ? { requestId } : {}),
    });
    const guarded = async () => {
      try {
        await work();
      } catch (error) {
        failed(label, error instanceof Error ? error : new Error(String(error)));
      }
    };
    waitUntil(runInContext(context, guarded));
  };
}
