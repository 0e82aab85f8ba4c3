import { ENVIRONMENT, type Environment } from './environment.ts';

/** The most that HubSpot takes, limit increases included [usage guidelines]: more would have calls refused. */
const HUBSPOT_TAKES: Partial<Record<keyof Environment, number>> = {
  HUBSPOT_BATCH_LIMIT: 100,
  HUBSPOT_ASSOCIATION_BATCH_LIMIT: 1000,
  HUBSPOT_CALLS_PER_10_SECONDS: 250,
  HUBSPOT_ASSOCIATION_CALLS_PER_10_SECONDS: 200,
  HUBSPOT_SEARCHES_PER_SECOND: 5,
};

/** Timers cannot wait longer: one of more milliseconds fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Shorter secrets can be guessed. */
const LEAST_SECRET_LENGTH = 16;
/** Letters that may be wrong for a name still to be recognised. */
const MAX_TYPOS = 2;

const NAMES = Object.keys(ENVIRONMENT.shape) as (keyof Environment)[];

/** The settings as they are used: what is beyond a limit counts as the limit. `warnings` tell of it. */
export function capped(env: Environment): { env: Environment; warnings: string[] } {
  const over = NAMES.flatMap((name) => {
    const most = HUBSPOT_TAKES[name] ?? (name.endsWith('_MS') ? LONGEST_TIMER_MS : Infinity);
    const value = env[name];
    return typeof value === 'number' && value > most ? [{ name, most }] : [];
  });
  return {
    env: { ...env, ...Object.fromEntries(over.map(({ name, most }) => [name, most])) },
    warnings: over.map(({ name, most }) => `${name} is more than ${most}, which is used instead`),
  };
}

/**
 * Settings that are allowed but suspicious, one sentence each, without any value.
 * @param variables the environment as it was given.
 */
export function findOddities(env: Environment, variables: Record<string, string | undefined>): string[] {
  const { HUBSPOT_WEBHOOK_SECRET: webhookSecrets, PUBLIC_URL: publicUrl } = env;
  return [
    ...Object.keys(variables).flatMap(explainUnknown),
    ...shortSecrets(env).map((name) => `${name} is shorter than ${LEAST_SECRET_LENGTH} characters: it can be guessed`),
    ...(webhookSecrets.length > 0 && publicUrl === undefined
      ? [
          'HUBSPOT_WEBHOOK_SECRET is set without PUBLIC_URL: signatures are checked against the host that the headers of a proxy name',
        ]
      : []),
    ...(lastLookMs(env) > env.DEBT_DEADLINE_MS
      ? [
          'DEBT_DEADLINE_MS is too short for WRITE_HORIZON_MS: nobody would look when a write is too old to be carried out',
        ]
      : []),
    ...(publicUrl !== undefined && new URL(publicUrl).pathname !== '/'
      ? ['PUBLIC_URL has a path: webhooks are expected below it, at {PUBLIC_URL}/api/webhooks/booking-sync']
      : []),
  ];
}

/** A write leaves by the student's deadline, is given up an attempt later, and is looked for until it is too old. */
function lastLookMs(env: Environment): number {
  const attemptsAfter = 5;
  return env.STUDENT_DEADLINE_MS + env.WRITE_HORIZON_MS + attemptsAfter * env.HUBSPOT_ATTEMPT_TIMEOUT_MS;
}

function shortSecrets(env: Environment): string[] {
  const secrets: [string, string[]][] = [
    ['CRON_SECRET', env.CRON_SECRET ? [env.CRON_SECRET.reveal()] : []],
    ['MONITORING_TOKEN', env.MONITORING_TOKEN ? [env.MONITORING_TOKEN.reveal()] : []],
    ['HUBSPOT_WEBHOOK_SECRET', env.HUBSPOT_WEBHOOK_SECRET],
  ];
  return secrets.flatMap(([name, values]) => (values.some((value) => value.length < LEAST_SECRET_LENGTH) ? name : []));
}

function explainUnknown(name: string): string[] {
  if (Object.hasOwn(ENVIRONMENT.shape, name)) return [];
  // One-word names such as PORT resemble too much that belongs to others.
  const meant = NAMES.find((known) => known.includes('_') && typos(name.toUpperCase(), known) <= MAX_TYPOS);
  return meant ? [`unknown variable ${name}: did you mean ${meant}?`] : [];
}

/** Letters to add, drop or change to make one word the other (Levenshtein). */
function typos(word: string, other: string): number {
  if (Math.abs(word.length - other.length) > MAX_TYPOS) return MAX_TYPOS + 1;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(word).entries()) {
    const next = [index + 1];
    for (const [column, wanted] of Array.from(other).entries()) {
      const changed = (row[column] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
