import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** An API in a process of its own. */
export interface ApiProcess {
  /** On loopback, without a trailing slash. */
  url: string;
  /** The line in which it says where it is and what it is over. */
  greeting: string;
  /** Messages of its log at level error. */
  errors: string[];
  /** All that it has logged. */
  lines: string[];
  /** The lines at level error. */
  errorLines: string[];
  pid: number;
  stop: () => Promise<void>;
}

/**
 * Starts an API and waits for the line in which it says where it is.
 * @param env its whole environment, besides PATH.
 * @throws when it ends before that, with what it said.
 */
export async function startApi(entry: string, env: Record<string, string>): Promise<ApiProcess> {
  const child = spawn(process.execPath, [entry], {
    env: { ...env, PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const errors: string[] = [];
  const errorLines: string[] = [];
  const lines: string[] = [];
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
  const started = Promise.withResolvers<{ url: string; greeting: string }>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const url = /^API on (http:\/\/\S+)/.exec(line)?.[1];
    if (url) started.resolve({ url: url.replace('localhost', '127.0.0.1'), greeting: line });
    lines.push(line);
    if (!line.includes('"level":"error"')) return;
    errorLines.push(line);
    errors.push(String((JSON.parse(line) as { message: unknown }).message));
  });
  child.once('exit', () => process.off('exit', kill));
  child.once('exit', (code) => started.reject(new Error(`${entry} ended with code ${code}: ${complaints.join('\n')}`)));
  const greeted = await started.promise;
  return { ...greeted, errors, lines, errorLines, pid: child.pid ?? 0, stop: async () => stop(child) };
}

/** At once: nobody waits for what is still under way. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
