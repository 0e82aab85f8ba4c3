import { z } from 'zod';
import {
  baseUrl,
  choice,
  commaList,
  count,
  flag,
  headerList,
  objectTypeId,
  origin,
  originList,
  propertyName,
  proxyList,
  redisUrl,
  secret,
  timeZone,
  wholeNumber,
} from './kinds.ts';

/** Every environment variable this project reads, with its default and one line of meaning. */
export const ENVIRONMENT = z.object({
  PORT: wholeNumber(0, 65_535).default(3000).describe('Port of the local host; 0 picks a free one'),
  LOG_LEVEL: choice(['debug', 'info', 'warn', 'error', 'silent'], 'info').describe('Minimum level that is logged'),
  PUBLIC_URL: origin.optional().describe('The address HubSpot and browsers reach this API at'),
  ALLOWED_ORIGINS: originList.describe('Comma-separated origins that browsers may call from; empty allows any'),
  TRUSTED_PROXIES: proxyList.describe(
    'Comma-separated addresses or CIDR ranges whose X-Forwarded-For is believed, besides loopback (local host only)',
  ),
  TIME_ZONE: timeZone.default('America/Toronto').describe('Time zone in which exam days and hours are meant'),

  HS_PRIVATE_APP_TOKEN: secret.describe('Access token of the HubSpot private app (secret)'),
  HUBSPOT_BASE_URL: baseUrl
    .default('https://api.hubapi.com')
    .describe("HubSpot's address; plain http only for loopback"),
  HUBSPOT_API_VERSION: choice(['v3', '2026-09'], 'v3').describe(
    'HubSpot API version: v3 (associations v4) or the dated 2026-09',
  ),
  HUBSPOT_OBJECT_TYPE_CONTACTS: objectTypeId.default('0-1').describe('Object type id of contacts'),
  HUBSPOT_OBJECT_TYPE_BOOKINGS: objectTypeId.default('2-50158943').describe('Object type id of bookings'),
  HUBSPOT_OBJECT_TYPE_MOCK_EXAMS: objectTypeId.default('2-50158913').describe('Object type id of mock exams'),
  HUBSPOT_OBJECT_TYPE_NOTES: objectTypeId.default('0-46').describe('Object type id of notes'),
  HUBSPOT_OBJECT_TYPE_ENROLLMENTS: objectTypeId.default('2-41701559').describe('Object type id of enrollments'),
  HUBSPOT_PROPERTY_BOOKING_KEY: propertyName
    .optional()
    .describe('Unique text property of bookings that names each one; unset: lost bookings are searched for'),
  HUBSPOT_PROPERTY_CREDIT_OP: propertyName
    .optional()
    .describe('Text property of contacts that witnesses each change of a credit; unset: history has to do'),
  HUBSPOT_BATCH_LIMIT: count(100, 1).describe('Inputs in one object batch call'),
  HUBSPOT_ASSOCIATION_BATCH_LIMIT: count(1000, 1).describe('Inputs in one association batch read'),
  HUBSPOT_MAX_CONCURRENCY: count(20, 1).describe('HubSpot calls under way at once'),
  HUBSPOT_ATTEMPT_TIMEOUT_MS: count(5000, 1).describe(
    'Milliseconds after which one attempt of a HubSpot call is aborted',
  ),
  HUBSPOT_MAX_ATTEMPTS: count(4, 1).describe('Attempts of one HubSpot call, the first included'),

  HUBSPOT_CALLS_PER_10_SECONDS: count(180).describe(
    'HubSpot calls this process makes in any 10 s, of the 190 that HubSpot allows; 0 for no limit',
  ),
  HUBSPOT_ASSOCIATION_CALLS_PER_10_SECONDS: count(140).describe(
    'Of those, calls of the associations API, of which HubSpot allows 150; 0 for no limit',
  ),
  HUBSPOT_SEARCHES_PER_SECOND: count(4).describe('Searches a second, of the 5 HubSpot allows; 0 for no limit'),
  HUBSPOT_CALLS_PER_DAY: count(600_000).describe(
    "HubSpot calls a day, all of the account's by HubSpot's count; 0 for HubSpot's own limit",
  ),
  COALESCING_ENABLED: flag(true).describe('Whether pending HubSpot calls are combined into batches'),
  COALESCING_MAX_LINGER_MS: count(500).describe(
    'Longest wait of HubSpot calls for others to share a batch, in milliseconds',
  ),
  AFTERTHOUGHT_LINGER_MS: count(2000).describe(
    'Milliseconds that counts and notes wait, after the answer, for others to share a batch',
  ),

  STUDENT_DEADLINE_MS: count(9000, 1).describe("Milliseconds in which a student's request is answered or refused"),
  BACKGROUND_DEADLINE_MS: count(50_000, 1).describe(
    'Milliseconds that other work after an answer may take: counts, notes, webhooks',
  ),
  DEBT_DEADLINE_MS: count(180_000, 1).describe(
    'Milliseconds in which a booking or a cancelling that has begun is carried to its end',
  ),
  WRITE_HORIZON_MS: count(120_000, 1).describe(
    'Milliseconds after which a write that HubSpot did not answer is not carried out any more',
  ),
  SHUTDOWN_GRACE_MS: count(10_000).describe('Milliseconds the local host has to finish when it is told to stop'),
  ENROLLMENT_WAIT_MS: count(150).describe('Milliseconds an answer waits for the enrollment look-up; 0 skips it'),
  STUDENT_BODY_LIMIT_BYTES: count(16_384, 1).describe("Largest body of a student's request, in bytes"),

  RATE_LIMIT_PER_ADDRESS: count(3000).describe(
    'Requests per minute from one address (an IPv6 address counts as its /64), without mock-exams/available and capacity; 0 turns the limit off',
  ),
  RATE_LIMIT_AVAILABLE: count(600).describe(
    'Requests per minute to mock-exams/available, per address; 0 turns the limit off',
  ),
  RATE_LIMIT_CAPACITY: count(6000).describe('The same for mock-exams/{id}/capacity'),
  RATE_LIMIT_BOOKINGS: count(30).describe(
    'Requests per minute on each bookings endpoint, per address and student id; 0 turns the limit off',
  ),
  RATE_LIMIT_VALIDATE_CREDITS: count(20).describe('The same for mock-exams/validate-credits'),
  RATE_LIMIT_FAILED_LOGINS: count(10).describe(
    'Failed logins in 5 minutes per address and student id, undecided ones included; 0 turns the limit off',
  ),
  RATE_LIMIT_FAILED_LOGINS_PER_ADDRESS: count(60).describe(
    'Failed logins in 5 minutes per address; 0 turns the limit off',
  ),

  BOOKINGS_ENABLED: flag(true).describe('Whether students can book and cancel; false answers both with 503'),
  BOOKING_CONFIRMATION: choice(['auto', 'always', 'never'], 'auto').describe(
    'Whether a booking is confirmed by its rank about 3 s later, since other instances may sell the same seats; auto: on Vercel without Redis only',
  ),
  CONSISTENCY_LAG_MS: count(3000).describe('Milliseconds until HubSpot shows a new association everywhere'),
  LOCK_WAIT_MS: count(5000).describe("Milliseconds a student's request waits for an earlier one of the same student"),
  REDIS_URL: redisUrl
    .optional()
    .describe('Redis server that several instances share what they know through (secret); unset: KV_URL'),
  KV_URL: redisUrl.optional().describe("The same, as Vercel's marketplace sets it (secret)"),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w:.-]{1,100}$/, 'must be a word of letters, digits and : . _ -')
    .optional()
    .describe('What the names of all Redis keys begin with; unset: one per environment and HubSpot account'),
  VERCEL_ENV: z.string().optional().describe('Set by Vercel itself: production, preview or development'),
  VERCEL: z.string().optional().describe('Set by Vercel itself: other instances may be running'),

  CRON_SECRET: secret.optional().describe('Bearer token of scheduled calls (secret); unset refuses them all'),
  RATE_LIMIT_SYNC: count(5).describe(
    'Requests per minute to mock-exams/sync-capacity, per address; 0 turns the limit off',
  ),
  CRON_DEADLINE_MS: count(50_000, 1).describe('Milliseconds in which a scheduled call is answered'),
  HUBSPOT_WEBHOOK_SECRET: commaList.describe(
    'Client secret of the HubSpot app whose webhooks are believed, or a comma-separated list of them (secret); empty refuses all',
  ),
  WEBHOOK_BODY_LIMIT_BYTES: count(1_048_576, 1).describe('Largest body of a webhook, in bytes'),
  WEBHOOK_ANSWER_MS: count(4000, 1).describe(
    'Milliseconds after which a webhook that is not done is told to come again',
  ),

  CACHE_ENABLED: flag(true).describe('Whether reads are answered from memory; false asks HubSpot every time'),
  CACHE_MAX_ENTRIES: count(20_000, 1).describe('Values kept in memory'),
  CACHE_MAX_BYTES: count(64 * 1024 * 1024, 1).describe('Size of all values kept in memory, as JSON'),
  CACHE_TTL_EXAM_MS: count(300_000).describe('Milliseconds an exam is fresh'),
  CACHE_TTL_SESSIONS_MS: count(180_000).describe('Milliseconds the list of active sessions is fresh'),
  CACHE_TTL_SEATS_MS: count(60_000).describe('Milliseconds the bookings of an exam are fresh'),
  CACHE_TTL_CONTACT_MS: wholeNumber()
    .optional()
    .describe(
      'Milliseconds a contact and its credits are fresh; unset: 30 min with HUBSPOT_WEBHOOK_SECRET in a process that is the only one or shares Redis, else 60 s',
    ),
  CACHE_TTL_ENROLLMENT_MS: count(300_000).describe('Milliseconds an enrollment is fresh'),
  CACHE_TTL_BOOKING_MS: count(60_000).describe('Milliseconds a booking is fresh'),
  CACHE_TTL_ASSOCIATION_MS: count(3_600_000).describe(
    'Milliseconds it is known which exam and contact a booking belongs to',
  ),
  CACHE_TTL_BOOKING_LIST_MS: count(30_000).describe('Milliseconds the list of a contact is fresh'),

  MONITORING_TOKEN: secret
    .optional()
    .describe('Bearer token of the dashboard, the metrics and the details of health?deep=true (secret); unset refuses'),
  OTEL_EXPORTER_OTLP_ENDPOINT: origin
    .optional()
    .describe('Address that metrics and traces are sent to by OTLP over HTTP; unset: nowhere'),
  OTEL_EXPORTER_OTLP_HEADERS: headerList
    .optional()
    .describe('Headers for it, as name=value, comma-separated, such as an API key (secret)'),
  OTEL_SERVICE_NAME: z.string().default('mocks-booking-api').describe('What metrics and traces call this service'),
  REPAIR_COUNTS: flag(true).describe('Whether a realtime read writes a wrong total_bookings back to HubSpot'),
});

/** The checked environment: one property per variable of {@link ENVIRONMENT}. */
export type Environment = z.infer<typeof ENVIRONMENT>;
