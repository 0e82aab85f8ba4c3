import { writeFileSync } from 'node:fs';
import { parseFile, PortalFile, toPortal } from '../portal-file.ts';
import { readAccount } from './read-account.ts';
import { toPortalFile } from './to-portal-file.ts';

/** Writes a portal file of a real account. @returns what was written and what was left out, one line each. */
export async function importAccount(
  out: string,
  { baseUrl, token }: { baseUrl: string; token: string },
): Promise<string[]> {
  const { file, notes } = toPortalFile(await readAccount(baseUrl, token));
  // What is written can be read again.
  toPortal(out, parseFile(out, file, PortalFile));
  writeFileSync(out, `${JSON.stringify(file, null, 2)}\n`);
  const { objectTypes, associations } = file;
  const count = objectTypes.reduce((sum, { properties }) => sum + Object.keys(properties).length, 0);
  const written = `${out}: ${objectTypes.length} object types, ${count} properties, ${associations.length} associations, no records`;
  return [written, ...notes.map((note) => `  not as in the account: ${note}`)];
}
