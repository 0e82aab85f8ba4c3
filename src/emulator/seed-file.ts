import { z } from 'zod';
import type { Account } from './account.ts';
import { RefusedError } from './errors.ts';
import { FileError } from './portal-file.ts';
import { defaultAssociationType, type ObjectTypeDefinition } from './portal.ts';
import type { StoredRecord } from './record.ts';

const Value = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const SeedRecord = z.strictObject({
  key: z.string().optional().describe('What other records of this file call it'),
  properties: z.record(z.string(), Value).describe('By internal name'),
  associations: z
    .array(z.string())
    .default([])
    .describe('Keys of records that it is associated with, by the unlabelled association'),
});

/** Records of an account, as they stand in a file. */
export const SeedFile = z
  .strictObject({
    $schema: z.string().optional(),
    records: z.record(z.string(), z.array(SeedRecord)).describe('By object type: its name or its id'),
  })
  .describe('Records for the emulator');
export type SeedFile = z.infer<typeof SeedFile>;

/**
 * Makes the records of a file, with HubSpot's own checks. @param now epoch milliseconds.
 * @throws {FileError} naming the record that HubSpot would not take.
 */
export function fillAccount(account: Account, path: string, { records }: SeedFile, now: number): void {
  const made = new Map<string, StoredRecord>();
  const all = Object.entries(records).flatMap(([type, entries]) =>
    entries.map((entry, index) => ({ type, entry, index })),
  );
  const tries = all.map(({ type, entry, index }) => {
    const at = `${path}: records.${type}.${index}`;
    const record = attempt(at, () => account.create(typeOf(account, type), entry.properties, now));
    if (entry.key !== undefined && made.has(entry.key)) throw new FileError(`${at}: there are two called ${entry.key}`);
    if (entry.key !== undefined) made.set(entry.key, record);
    return { at, record, to: entry.associations };
  });
  for (const { at, record, to } of tries) {
    for (const key of to) associate(account, at, record, made.get(key) ?? key, now);
  }
}

/** In a file custom types, too, go by their plain names. */
function typeOf(account: Account, name: string): ObjectTypeDefinition {
  return account.portal.objectTypes.find((type) => type.name === name) ?? account.objectType(name);
}

function associate(account: Account, at: string, from: StoredRecord, to: StoredRecord | string, now: number): void {
  if (typeof to === 'string') throw new FileError(`${at}: no record is called ${to}`);
  const type = defaultAssociationType(account.portal, from.type.typeId, to.type.typeId);
  if (!type) throw new FileError(`${at}: ${from.type.name} and ${to.type.name} cannot be associated`);
  account.associations.add(type, from.id, to.id, now);
}

function attempt<T>(at: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    throw new FileError(`${at}: ${(error.reply.body as { message?: string }).message ?? 'HubSpot refuses it'}`, {
      cause: error,
    });
  }
}
