import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts `npm start`'s command; resolves with its first line, and gathers them all. */
export async function startProcess(env: Record<string, string>) {
  const child = spawn(process.execPath, ['src/local/main.ts'], {
    env: { ...process.env, LOG_LEVEL: 'silent', ...env },
  });
  const outputs = [child.stdout, child.stderr].map((input) => createInterface({ input }));
  const lines: string[] = [];
  for (const output of outputs) output.on('line', (line) => lines.push(line));
  await Promise.race(outputs.map(async (output) => once(output, 'line')));
  /** The first line that fits, as soon as there is one. */
  const find = async (fits: RegExp): Promise<string> => {
    for (;;) {
      const found = lines.find((line) => fits.test(line));
      if (found !== undefined) return found;
      await Promise.race(outputs.map(async (output) => once(output, 'line')));
    }
  };
  return { child, line: lines[0] ?? '', lines, find };
}
