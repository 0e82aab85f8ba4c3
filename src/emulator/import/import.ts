import { statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseFile, PortalFile, toPortal } from '../portal-file.ts';
import { ImportError, readAccount } from './read-account.ts';
import { toPortalFile } from './to-portal-file.ts';

/** Found out before the account is read; the token is in none of the messages. @throws {ImportError} */
function requireUsable(out: string, baseUrl: string, token: string): void {
  if (!/^[\u0021-\u007E]+$/.test(token))
    throw new ImportError('HS_PRIVATE_APP_TOKEN holds blanks or other characters that no token has');
  if (!/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? ''))
    throw new ImportError('HUBSPOT_BASE_URL must be an http or https address');
  const folder = statSync(dirname(out), { throwIfNoEntry: false });
  if (!folder?.isDirectory()) throw new ImportError(`--out: there is no folder ${dirname(out)}`);
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) throw new ImportError(`--out: ${out} is a folder`);
}

/** Writes a portal file of a real account. @returns what was written and what was left out, one line each. */
export async function importAccount(
  out: string,
  { baseUrl, token }: { baseUrl: string; token: string },
): Promise<string[]> {
  requireUsable(out, baseUrl, token);
  const { file, notes } = toPortalFile(await readAccount(baseUrl, token));
  // What is written can be read again.
  toPortal(out, parseFile(out, file, PortalFile));
  writeFileSync(out, `${JSON.stringify(file, null, 2)}\n`);
  const { objectTypes, associations } = file;
  const count = objectTypes.reduce((sum, { properties }) => sum + Object.keys(properties).length, 0);
  const written = `${out}: ${objectTypes.length} object types, ${count} properties, ${associations.length} associations, no records`;
  return [written, ...notes.map((note) => `  not as in the account: ${note}`)];
}
