import { readFileSync, writeFileSync } from 'node:fs';
import { ENVIRONMENT } from '../../src/settings/environment.ts';

export const SETTINGS_PAGE = '.github/SETTINGS.md';

interface Setting {
  name: string;
  meaning: string;
  /** As it would stand in the environment; undefined for a variable without one. */
  fallback: string | undefined;
  required: boolean;
}

function settings(): Setting[] {
  return Object.entries(ENVIRONMENT.shape).map(([name, schema]) => {
    const parsed = schema.safeParse(undefined);
    const value = parsed.success ? parsed.data : undefined;
    const fallback = value === undefined || Array.isArray(value) ? undefined : String(value);
    return { name, meaning: schema.description ?? '', fallback, required: !parsed.success };
  });
}

/** The table of the settings page. */
export function settingsTable(): string {
  const rows = settings().map(({ name, meaning, fallback, required }) => {
    const shown = required ? 'required' : fallback === undefined ? '–' : `\`${fallback}\``;
    return `| \`${name}\` | ${shown} | ${meaning} |`;
  });
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** `.env.example`: every variable with its meaning, commented out at its default. */
export function exampleFile(): string {
  const blocks = settings().map(({ name, meaning, fallback }) => `# ${meaning}\n# ${name}=${fallback ?? ''}`);
  return `${['# Copy to .env and uncomment what you need.', ...blocks].join('\n\n')}\n`;
}

const TABLE = /\| variable \| default \| meaning \|\n(\|.*\|\n)+/;

/** Writes both files anew: `node test/support/settings-docs.ts`. */
if (import.meta.main) {
  writeFileSync('.env.example', exampleFile());
  writeFileSync(SETTINGS_PAGE, readFileSync(SETTINGS_PAGE, 'utf8').replace(TABLE, `${settingsTable()}\n`));
}
