import { parseArgs } from 'node:util';

export const USAGE = `npm run compare -- --baseline URL --candidate URL [options]

Sends the same reads to two APIs and says what differs.

  --baseline URL       the API that is to be replaced; it is asked twice, to learn what differs by itself
  --candidate URL      the API that is to replace it
  --requests FILE      requests, one a line, or a log of them (default: src/compare/requests.txt)
  --per-minute N       requests to the baseline (default 6; 0 for no limit)
  --json FILE          the report as JSON
  --html FILE          the report as a page
  --allow-writes ID    also books, and cancels again, for the test student with this student id
  --help               this text

HS_PRIVATE_APP_TOKEN, the baseline's token: the run pauses, and at last ends, while less than 30 % of HubSpot's window is left.
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
  if (!(perMinute >= 0 && perMinute <= 60_000)) throw new UsageError('--per-minute must be a number from 0 on');
  return {
    baseline: requireUrl('--baseline', values.baseline),
    candidate: requireUrl('--candidate', values.candidate),
    requests: values.requests ?? null,
    perMinute,
    json: values.json ?? null,
    html: values.html ?? null,
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

function requireUrl(name: string, text: string | undefined): string {
  if (text === undefined) throw new UsageError(`${name} is missing\n\n${USAGE}`);
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username)
    throw new UsageError(`${name} must be an http or https address`);
  return text;
}
