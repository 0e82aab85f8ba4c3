import type { Clock } from '../time/clock.ts';
import { currentContext } from '../request/context.ts';

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LEVELS)[number];

/**
 * Facts of a log line. They never hold URL queries, e-mail addresses, names, bodies or tokens: ids and codes only.
 * An `error` is written with its stack and causes.
 */
type LogFields = Record<string, string | number | boolean | null | undefined | readonly string[] | Error>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** One JSON object a line, which is what Vercel's log drains take in. `write` receives the line without its newline. */
export function createLog(clock: Clock, minimum: LogLevel, write: (line: string) => void): Log {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(minimum)) return;
      const time = new Date(clock.now()).toISOString();
      const { requestId, trace } = currentContext() ?? {};
      const line = { time, level, message, requestId, traceId: trace?.traceId, ...fields };
      write(JSON.stringify(line, describeErrors));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function describeErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
}
