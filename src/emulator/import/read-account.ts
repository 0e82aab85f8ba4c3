import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const Property = z.object({
  name: z.string(),
  type: z.string(),
  label: z.string().optional(),
  fieldType: z.string().optional(),
  groupName: z.string().optional(),
  options: z.array(z.object({ value: z.string() })).default([]),
  hasUniqueValue: z.boolean().default(false),
  calculated: z.boolean().default(false),
});
export type ReadProperty = z.infer<typeof Property>;

const Schema = z.object({
  objectTypeId: z.string(),
  name: z.string(),
  requiredProperties: z.array(z.string()).default([]),
});
const Label = z.object({ category: z.string(), typeId: z.number(), label: z.string().nullable().default(null) });
export type ReadLabel = z.infer<typeof Label>;

/** An account as HubSpot tells of it: how it is set up, without a single record. */
export interface ReadAccount {
  id: number;
  types: { typeId: string; name: string; required: string[]; properties: ReadProperty[] }[];
  /** Association types of each direction between two of the types; none where they cannot be associated. */
  labels: { from: string; to: string; there: ReadLabel[]; back: ReadLabel[] }[];
  /** What the token may not read, for people. */
  notes: string[];
}

/** Standard types that most accounts use; custom ones are found. */
const STANDARD = [
  { objectTypeId: '0-1', name: 'contacts', requiredProperties: [] },
  { objectTypeId: '0-2', name: 'companies', requiredProperties: [] },
  { objectTypeId: '0-3', name: 'deals', requiredProperties: [] },
  { objectTypeId: '0-5', name: 'tickets', requiredProperties: [] },
  { objectTypeId: '0-46', name: 'notes', requiredProperties: [] },
];

/** HubSpot did not answer as it should; the message tells where, and holds no secret. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

const ATTEMPTS = 5;
const PAUSE_MS = 1000;
/** Statuses that say that something is not this token's to read, or that the account does not have it. */
const NOT_OURS = new Set([400, 403, 404]);

/** Reads how an account is set up: schemas, properties and association labels. @throws {ImportError} */
export async function readAccount(baseUrl: string, token: string): Promise<ReadAccount> {
  const read = reader(baseUrl, token);
  const account = await read('/account-info/v3/details', z.object({ portalId: z.number() }));
  if (!account) throw new ImportError('the token may not read the account, or HUBSPOT_BASE_URL is not HubSpot’s');
  const custom = await read('/crm-object-schemas/v3/schemas', z.object({ results: z.array(Schema) }));
  const notes = custom ? [] : ['custom object types: the token lacks crm.schemas.custom.read'];
  const types: ReadAccount['types'] = [];
  for (const { objectTypeId: typeId, name, requiredProperties: required } of [
    ...STANDARD,
    ...(custom?.results ?? []),
  ]) {
    const found = await read(`/crm/v3/properties/${typeId}`, z.object({ results: z.array(Property) }));
    if (found) types.push({ typeId, name, required, properties: found.results });
    else notes.push(`${name}: the token may not read its properties, or the account does not have it`);
  }
  const labels: ReadAccount['labels'] = [];
  for (const [index, { typeId: from }] of types.entries()) {
    for (const { typeId: to } of types.slice(index + 1)) {
      const there = await readLabels(read, from, to);
      const back = there.length > 0 ? await readLabels(read, to, from) : [];
      if (there.length > 0) labels.push({ from, to, there, back });
    }
  }
  return { id: account.portalId, types, labels, notes };
}

type Read = <T>(path: string, schema: z.ZodType<T>) => Promise<T | null>;

async function readLabels(read: Read, from: string, to: string): Promise<ReadLabel[]> {
  const answer = await read(`/crm/v4/associations/${from}/${to}/labels`, z.object({ results: z.array(Label) }));
  return answer?.results ?? [];
}

/** One read after the other; null for what this token may not read or is not there. */
function reader(baseUrl: string, token: string): Read {
  return async (path, schema) => {
    for (let attempt = 1; ; attempt += 1) {
      const response = await ask(`${baseUrl}${path}`, token);
      if (NOT_OURS.has(response.status)) return null;
      if (response.ok) {
        const parsed = schema.safeParse(parseJson(response.text));
        if (!parsed.success) throw new ImportError(`${path} answers something else than documented`);
        return parsed.data;
      }
      const passes = response.status === 429 || response.status >= 500;
      if (!passes || attempt === ATTEMPTS) throw new ImportError(`${path} answers ${response.status}`);
      await sleep(PAUSE_MS * attempt);
    }
  };
}

/** What Node says of a failed request may hold the token: none of it is passed on. */
async function ask(url: string, token: string): Promise<{ status: number; ok: boolean; text: string }> {
  try {
    const response = await fetch(url, { redirect: 'manual', headers: { Authorization: `Bearer ${token}` } });
    return { status: response.status, ok: response.ok, text: await response.text() };
  } catch {
    throw new ImportError(`${new URL(url).origin} does not answer`);
  }
}

/** Undefined for what is no JSON: another server answers there. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
