import { z } from 'zod';
import { HubSpotInvalidReplyError } from './errors.ts';

/** HubSpot sends ids as strings and, in associations, as numbers: inside this project they are strings. */
const Id = z.union([z.string(), z.number()]).transform(String);

/** A time that cannot be read is unknown: it must not cost the record. */
const Timestamp = z.string().default('').catch('');

/** Documented as text; a client has seen numbers and booleans. What is neither is for who reads the value to refuse. */
const Value = z
  .string()
  .nullable()
  .default(null)
  .catch(({ value }) =>
    typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value),
  );

/** Properties asked for: HubSpot leaves unset ones out or sends null, and both read as null. */
function propertiesSchema<P extends string>(names: readonly P[]) {
  const shape = Object.fromEntries(names.map((name) => [name, Value]));
  // The shape has exactly the keys of `names`, which the object type cannot express.
  return z.object(shape) as unknown as z.ZodType<Record<P, string | null>>;
}

/** HubSpot sends cursors as text and, seen in searches, as numbers; a last page has none. */
const Paging = z.object({ next: z.object({ after: Id.nullish() }).nullish() }).nullish();
export type Paging = z.infer<typeof Paging>;

/** A record's inline associations, under keys that depend on the portal. */
const InlineAssociations = z.record(
  z.string(),
  z.object({
    results: z.array(z.object({ id: Id })),
    paging: Paging,
  }),
);

export type InlineAssociations = z.infer<typeof InlineAssociations>;

/** Schemas by the properties they ask for: building one costs more than using it. */
const recordSchemas = new Map<string, unknown>();

/** One CRM record carrying exactly the properties `names`. */
export function recordSchema<P extends string>(names: readonly P[]): ReturnType<typeof buildRecordSchema<P>> {
  const key = names.join();
  const schema = (recordSchemas.get(key) as ReturnType<typeof buildRecordSchema<P>>) ?? buildRecordSchema(names);
  recordSchemas.set(key, schema);
  return schema;
}

/** The past of one property [properties guide]; what cannot be read says nothing. */
const Past = z
  .array(
    z.object({
      value: z.string().nullish(),
      timestamp: z.string().transform((time) => Date.parse(time)),
      sourceType: z.string(),
    }),
  )
  .transform((values) =>
    values.map(({ value, timestamp, sourceType }) => ({ value: value ?? '', atMs: timestamp, sourceType })),
  )
  .refine((values) => values.every(({ atMs }) => Number.isFinite(atMs)))
  .optional()
  .catch(undefined);

const History = z
  .record(z.string(), Past)
  .optional()
  .catch(undefined)
  .transform(
    (past) => new Map(Object.entries(past ?? {}).flatMap(([name, values]) => (values ? [[name, values]] : []))),
  );

function buildRecordSchema<P extends string>(names: readonly P[]) {
  return z.object({
    id: Id,
    properties: propertiesSchema(names),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    archived: z.boolean().default(false).catch(false),
    associations: InlineAssociations.optional(),
    /** What a batch write named the input by. */
    objectWriteTraceId: Text,
    propertiesWithHistory: History,
  });
}

const Ids = z.array(Id).optional().catch(undefined);

const Text = z.string().optional().catch(undefined);

/** HubSpot's error body: every field is optional on the wire, and one that is odd is taken as missing. */
export const ErrorBody = z.object({
  status: Text,
  category: Text,
  correlationId: Text,
  message: Text,
  policyName: Text,
  errors: z
    .array(z.object({ code: Text }))
    .optional()
    .catch(undefined),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** One entry of a batch answer's `errors`. */
const BatchError = ErrorBody.extend({
  context: z.object({ ids: Ids, fromObjectId: Ids, objectWriteTraceId: Ids }).optional().catch(undefined),
});
/** An entry that cannot be read is one that names no input. */
const BatchErrors = z
  .array(BatchError.catch({}))
  .optional()
  .catch(undefined)
  .transform((entries) => entries ?? []);
export type BatchError = z.infer<typeof BatchError>;

/** Answer of an object batch call: 200, 201 or 207 alike. */
export function batchSchema<P extends string>(names: readonly P[]) {
  return z.object({ results: z.array(recordSchema(names)), errors: BatchErrors });
}

/** Answer of a search. */
export function searchSchema<P extends string>(names: readonly P[]) {
  return z.object({
    results: z.array(recordSchema(names)),
    paging: Paging,
  });
}

/** Answer of an association batch read: inputs without associations are missing from `results`. */
export const AssociationBatch = z.object({
  results: z.array(
    z.object({
      from: z.object({ id: Id }),
      to: z.array(z.object({ toObjectId: Id })),
      paging: Paging,
    }),
  ),
  errors: BatchErrors,
});

/**
 * Checks an answer's shape.
 * @throws {HubSpotInvalidReplyError} naming the fields that are wrong, never their values.
 */
export function parseReply<T>(operation: string, schema: z.ZodType<T>, reply: unknown): T {
  const parsed = schema.safeParse(reply);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'body'}: ${code}`).slice(0, 3);
  throw new HubSpotInvalidReplyError(operation, where.join(', '));
}
