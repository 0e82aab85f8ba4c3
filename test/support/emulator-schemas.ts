import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { PortalFile } from '../../src/emulator/portal-file.ts';
import { SeedFile } from '../../src/emulator/seed-file.ts';

/** JSON Schemas of the emulator's files, for editors and for whoever writes one: by path, with their text. */
export const SCHEMAS: Readonly<Record<string, string>> = {
  'src/emulator/portals/portal.schema.json': toText(PortalFile),
  'src/emulator/portals/seed.schema.json': toText(SeedFile),
};

function toText(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`;
}

if (import.meta.main) for (const [path, text] of Object.entries(SCHEMAS)) writeFileSync(path, text);
