import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { COVERAGE } from '../../src/emulator/coverage.ts';
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

export const COVERAGE_PAGE = '.github/EMULATOR.md';
const TABLE = /\| call \| emulated \| left out, or chosen \|\n(\|.*\|\n)*/;

/** The page's table of what is emulated. */
export function coverageTable(): string {
  const words = { full: 'yes', partial: 'in part', refused: 'no: 501' };
  const rows = COVERAGE.map(
    ({ operation, coverage, note = '' }) => `| \`${operation}\` | ${words[coverage]} | ${note} |`,
  );
  return ['| call | emulated | left out, or chosen |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Writes schemas and table anew: `node test/support/emulator-schemas.ts`. */
if (import.meta.main) {
  for (const [path, text] of Object.entries(SCHEMAS)) writeFileSync(path, text);
  writeFileSync(COVERAGE_PAGE, readFileSync(COVERAGE_PAGE, 'utf8').replace(TABLE, `${coverageTable()}\n`));
}
