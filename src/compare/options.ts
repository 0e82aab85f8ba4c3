import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

export const USAGE = `npm run compare -- --baseline URL --candidate URL [options]

Sends the same reads to two APIs and says what differs.

  --baseline URL       the API that is to be replaced; it is asked twice, to learn what differs by itself
  --candidate URL      the API that is to replace it
  --requests FILE      requests, one a line, or a log of them; src/compare/requests.txt has examples, and is the default:
                       its student is the embedded HubSpot's, so bring your own for a real account
  --per-minute N       requests to the baseline (default 6; 0 for no limit)
  --json FILE          the report as JSON
  --html FILE          the report as a page
  --allow-writes ID    also books, and cancels again, for the test student with this student id
  --help               this text

HS_PRIVATE_APP_TOKEN, the baseline's token: the run pauses while less than 30 % of HubSpot's window is left, and
ends when that lasts a minute.
Ends with 0 when everything that was sent is the same, 1 when something differs, 2 when something could not be compared.`;

export interface Options {
  baseline: string;
  candidate: string;
  requests: string | null;
  perMinute: number;
  json: string | null;
  html: string | null;
  writesFor: string | null;
  token: string | null;
  hubspotUrl: string;
}

/** What was asked for cannot be done; the message says what to change. */
export class UsageError extends Error {}

const OPTIONS = {
  baseline: { type: 'string' },
  candidate: { type: 'string' },
  requests: { type: 'string' },
  'per-minute': { type: 'string', default: '6' },
  json: { type: 'string' },
  html: { type: 'string' },
  'allow-writes': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** @throws {UsageError} */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): Options | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const perMinute = Number(values['per-minute']);
  if (values['per-minute'].trim() === '' || !(perMinute >= 0 && perMinute <= 60_000)) {
    throw new UsageError('--per-minute must be a number from 0 to 60000');
  }
  return {
    baseline: requireUrl('--baseline', values.baseline),
    candidate: requireUrl('--candidate', values.candidate),
    requests: values.requests ?? null,
    perMinute,
    json: requireFolder('--json', values.json),
    html: requireFolder('--html', values.html),
    writesFor: values['allow-writes'] ?? null,
    token: env['HS_PRIVATE_APP_TOKEN'] || null,
    hubspotUrl: env['HUBSPOT_BASE_URL'] || 'https://api.hubapi.com',
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, { cause: error });
  }
}

/** Found out before the run, which may take hours. */
function requireFolder(name: string, file: string | undefined): string | null {
  if (file === undefined) return null;
  const isThere = statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isThere || statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${name}: ${file} cannot be written`);
  return file;
}

function requireUrl(name: string, text: string | undefined): string {
  if (text === undefined) throw new UsageError(`${name} is missing\n\n${USAGE}`);
  const url = URL.parse(text);
  const isBare = url && url.pathname === '/' && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (!isBare || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${name} must be an http or https address alone, such as https://bookings.example.com`);
  return text;
}
