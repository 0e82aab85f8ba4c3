import { createHash } from 'node:crypto';
import { ENVIRONMENT, type Environment } from './environment.ts';
import { Secret } from './secret.ts';
import { capped, findOddities } from './warnings.ts';

export { Secret } from './secret.ts';

/** The environment does not fit {@link ENVIRONMENT}; the message names every variable that is missing or wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** An unset variable and an empty one mean the same: `.env` files cannot say "unset". */
function withoutEmpty(variables: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
  );
}

/**
 * Checks environment variables and groups them by the room that uses them.
 * @throws {ConfigError} naming every missing or wrong variable, never its value.
 */
export function readConfig(variables: Record<string, string | undefined>) {
  const given = withoutEmpty(variables);
  const parsed = ENVIRONMENT.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, code, message }) => {
      const missing = code === 'invalid_type' && !given[String(path[0])];
      return `  ${path.join('.')}: ${missing ? 'is required but not set' : message}`;
    });
    throw new ConfigError(`The configuration is wrong:\n${lines.join('\n')}`);
  }
  const { env, warnings } = capped(parsed.data);
  return groupByRoom(env, [...warnings, ...findOddities(env, variables)]);
}

/** The process's own environment: the one place that reads it. */
export function environmentVariables(): Record<string, string | undefined> {
  return process.env;
}

export type Config = ReturnType<typeof groupByRoom>;

function groupByRoom(env: Environment, warnings: readonly string[]) {
  return {
    /** Settings that are allowed but suspicious, one sentence each, for the log. */
    warnings,
    port: env.PORT,
    /** Set by the local host alone, when HubSpot is the embedded one: then calls without a secret harm nobody. */
    overEmulator: false,
    logLevel: env.LOG_LEVEL,
    timeZone: env.TIME_ZONE,
    trustedProxies: env.TRUSTED_PROXIES,
    hubspot: hubspotSettings(env),
    objectTypes: {
      contacts: { id: env.HUBSPOT_OBJECT_TYPE_CONTACTS, name: 'contacts' },
      bookings: { id: env.HUBSPOT_OBJECT_TYPE_BOOKINGS, name: 'bookings' },
      mockExams: { id: env.HUBSPOT_OBJECT_TYPE_MOCK_EXAMS, name: 'mock_exams' },
      notes: { id: env.HUBSPOT_OBJECT_TYPE_NOTES, name: 'notes' },
      enrollments: { id: env.HUBSPOT_OBJECT_TYPE_ENROLLMENTS, name: 'enrollments' },
    },
    http: {
      allowedOrigins: env.ALLOWED_ORIGINS,
      studentDeadlineMs: env.STUDENT_DEADLINE_MS,
      studentBodyLimitBytes: env.STUDENT_BODY_LIMIT_BYTES,
      monitoringToken: env.MONITORING_TOKEN,
      cronSecret: env.CRON_SECRET,
      webhookSecrets: env.HUBSPOT_WEBHOOK_SECRET.map((value) => new Secret(value)),
      webhookBodyLimitBytes: env.WEBHOOK_BODY_LIMIT_BYTES,
      webhookAnswerMs: env.WEBHOOK_ANSWER_MS,
      publicUrl: env.PUBLIC_URL,
      cronDeadlineMs: env.CRON_DEADLINE_MS,
    },
    monitoring: monitoringSettings(env),
    rateLimits: rateLimits(env),
    cache: cacheSettings(env),
    /** Optional properties of the account, by their internal names; null: not used. */
    properties: {
      bookingKey: env.HUBSPOT_PROPERTY_BOOKING_KEY ?? null,
      creditMark: env.HUBSPOT_PROPERTY_CREDIT_OP ?? null,
    },
    backgroundDeadlineMs: env.BACKGROUND_DEADLINE_MS,
    debtDeadlineMs: env.DEBT_DEADLINE_MS,
    writeHorizonMs: env.WRITE_HORIZON_MS,
    shutdownGraceMs: env.SHUTDOWN_GRACE_MS,
    enrollmentWaitMs: env.ENROLLMENT_WAIT_MS,
    repairCounts: env.REPAIR_COUNTS,
    bookingsEnabled: env.BOOKINGS_ENABLED,
    redis: redisSettings(env),
    /** Whether another instance may be selling the same seats. */
    confirmBookings: env.BOOKING_CONFIRMATION === 'auto' ? onVercel(env) : env.BOOKING_CONFIRMATION === 'always',
    sharedAssurance: sharedAssurance(env),
    consistencyLagMs: env.CONSISTENCY_LAG_MS,
    lockWaitMs: env.LOCK_WAIT_MS,
    afterthoughtLingerMs: env.AFTERTHOUGHT_LINGER_MS,
  };
}

function hubspotSettings(env: Environment) {
  return {
    token: env.HS_PRIVATE_APP_TOKEN,
    baseUrl: env.HUBSPOT_BASE_URL,
    apiVersion: env.HUBSPOT_API_VERSION,
    batchLimit: env.HUBSPOT_BATCH_LIMIT,
    associationBatchLimit: env.HUBSPOT_ASSOCIATION_BATCH_LIMIT,
    maxConcurrency: env.HUBSPOT_MAX_CONCURRENCY,
    attemptTimeoutMs: env.HUBSPOT_ATTEMPT_TIMEOUT_MS,
    maxAttempts: env.HUBSPOT_MAX_ATTEMPTS,
    limits: {
      callsPer10Seconds: env.HUBSPOT_CALLS_PER_10_SECONDS,
      associationCallsPer10Seconds: env.HUBSPOT_ASSOCIATION_CALLS_PER_10_SECONDS,
      searchesPerSecond: env.HUBSPOT_SEARCHES_PER_SECOND,
      callsPerDay: env.HUBSPOT_CALLS_PER_DAY,
    },
    coalescing: { enabled: env.COALESCING_ENABLED, maxLingerMs: env.COALESCING_MAX_LINGER_MS },
  };
}

function monitoringSettings(env: Environment) {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers = null } = env;
  return { serviceName: env.OTEL_SERVICE_NAME, otlp: endpoint === undefined ? null : { endpoint, headers } };
}

function rateLimits(env: Environment) {
  return {
    perAddress: env.RATE_LIMIT_PER_ADDRESS,
    bookings: env.RATE_LIMIT_BOOKINGS,
    available: env.RATE_LIMIT_AVAILABLE,
    capacity: env.RATE_LIMIT_CAPACITY,
    validateCredits: env.RATE_LIMIT_VALIDATE_CREDITS,
    sync: env.RATE_LIMIT_SYNC,
    failedLogins: env.RATE_LIMIT_FAILED_LOGINS,
    failedLoginsPerAddress: env.RATE_LIMIT_FAILED_LOGINS_PER_ADDRESS,
  };
}

/** Where instances come and go, several at a time. */
function onVercel(env: Environment): boolean {
  return env.VERCEL !== undefined;
}

/** How sure a seat is that was decided on over Redis, and one for which Redis could not be asked. */
function sharedAssurance({ BOOKING_CONFIRMATION: mode }: Environment) {
  const together = mode === 'always' ? ('rank' as const) : ('certain' as const);
  return { together, alone: mode === 'never' ? ('certain' as const) : ('doubtful' as const) };
}

/** Instances share what they know if they are of the same environment and account. */
function redisSettings(env: Environment) {
  const types = NAMES_OF_TYPES.map((name) => env[name]);
  const account = createHash('sha256')
    .update([env.HUBSPOT_BASE_URL, ...types].join(' '))
    .digest('hex')
    .slice(0, 12);
  const prefix = env.REDIS_PREFIX ?? `mocks:${env.VERCEL_ENV ?? 'local'}:${account}`;
  // One hash tag for all: a script's keys have to be on one node.
  return { url: env.REDIS_URL ?? env.KV_URL ?? null, prefix: `{${prefix}}` };
}

const NAMES_OF_TYPES = [
  'HUBSPOT_OBJECT_TYPE_CONTACTS',
  'HUBSPOT_OBJECT_TYPE_BOOKINGS',
  'HUBSPOT_OBJECT_TYPE_MOCK_EXAMS',
] as const;

const CONTACT_TTL_TOLD_MS = 30 * 60_000;
const CONTACT_TTL_UNTOLD_MS = 60_000;

function cacheSettings(env: Environment) {
  // A webhook reaches one instance only: without Redis the others go on with what they have.
  const isAlone = !onVercel(env) && env.BOOKING_CONFIRMATION !== 'always';
  const isTold = (isAlone || redisSettings(env).url !== null) && env.HUBSPOT_WEBHOOK_SECRET.length > 0;
  const contactMs = isTold ? CONTACT_TTL_TOLD_MS : CONTACT_TTL_UNTOLD_MS;
  return {
    enabled: env.CACHE_ENABLED,
    maxEntries: env.CACHE_MAX_ENTRIES,
    maxBytes: env.CACHE_MAX_BYTES,
    ttlMs: {
      exam: env.CACHE_TTL_EXAM_MS,
      sessions: env.CACHE_TTL_SESSIONS_MS,
      seats: env.CACHE_TTL_SEATS_MS,
      contact: env.CACHE_TTL_CONTACT_MS ?? contactMs,
      enrollment: env.CACHE_TTL_ENROLLMENT_MS,
      booking: env.CACHE_TTL_BOOKING_MS,
      association: env.CACHE_TTL_ASSOCIATION_MS,
      bookingList: env.CACHE_TTL_BOOKING_LIST_MS,
    },
  };
}
