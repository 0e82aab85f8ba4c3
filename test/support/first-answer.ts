import { execFile } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { FirstAnswer } from './first-answer-process.ts';

const PROCESS = fileURLToPath(new URL('first-answer-process.ts', import.meta.url));

export interface FirstRequest {
  /** The file to import. */
  entry: string;
  /** URL of the one request; none is sent without. */
  url?: string;
  /** Whether to tell which modules are loaded, which makes loading slower. */
  record?: boolean;
  env?: Record<string, string>;
}

/**
 * Imports a module in a fresh process, whose first request, if any, is its only one.
 * @throws when the process fails, such as on a module it cannot find.
 */
export async function firstAnswer({ entry, url = '', record = false, env = {} }: FirstRequest): Promise<FirstAnswer> {
  const given = [PROCESS, pathToFileURL(entry).href, url, record ? 'record' : ''];
  const { PATH = '' } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, given, { env: { PATH, ...env } });
  return JSON.parse(stdout) as FirstAnswer;
}
