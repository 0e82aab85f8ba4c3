import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Folders of `test/` that hold no tests of their own. */
const HELPERS = new Set(['support', 'bench', 'vercel', 'clients']);

/** One project per folder of `test/`, which mirror `api` and `src`: `npx vitest run --project hubspot` runs one room. */
const rooms = readdirSync('test', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !HELPERS.has(entry.name))
  .map(({ name }) => name);

export default defineConfig({
  test: {
    // Virtual time never waits, but a busy machine may take its time to compute.
    testTimeout: 60_000,
    projects: rooms.map((name) => ({ extends: true, test: { name, include: [`test/${name}/**/*.test.ts`] } })),
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'api/**/*.ts'],
      // They run in processes and browsers of their own, where nobody counts.
      exclude: ['src/*/main.ts', 'src/pages/browser/**'],
      reporter: ['text-summary'],
      thresholds: { lines: 90 },
    },
  },
});
