import { optionalProperties } from './optional-properties.ts';
import type { Patient } from './patient.ts';

/** Asks whether something may be done. */
export type Ask = (question: string) => Promise<boolean>;

/**
 * Makes the two optional properties that are missing, each after asking. @returns what was done, one line each.
 * @throws {HubSpotError} when HubSpot refuses one.
 */
export async function makeProperties({ account, config }: Patient, ask: Ask): Promise<string[]> {
  const lines: string[] = [];
  for (const key of ['bookings', 'contacts'] as const) {
    const type = config.objectTypes[key];
    const there = new Set((await account.properties(type)).map(({ name }) => name));
    for (const { name, setting, isUnique, definition } of optionalProperties(config, key)) {
      const kind = isUnique ? 'a text with unique values' : 'a text';
      if (there.has(name)) lines.push(`${name} of ${type.name} is there already. Set ${setting}=${name}.`);
      else if (await ask(`Make ${name}, ${kind}, on ${type.name} in HubSpot?`)) {
        await account.createProperty(type, definition);
        lines.push(`Made ${name} on ${type.name}. Set ${setting}=${name}.`);
      } else lines.push(`${name} was not made.`);
    }
  }
  return lines;
}
