import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const OXLINT = resolve('node_modules/.bin/oxlint');

/** Plants files into an empty tree under this project's own lint rules: a rule that catches nothing guards nothing. */
describe('the lint rules', () => {
  let tree: string;

  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), 'rules-'));
    copyFileSync('.oxlintrc.json', join(tree, '.oxlintrc.json'));
  });
  afterEach(() => rmSync(tree, { recursive: true }));

  function lint(path: string, source: string): string {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), `${source}\n`);
    try {
      return execFileSync(OXLINT, ['--format', 'unix'], { cwd: tree, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  }

  it.each([
    ['src/hubspot/bad.ts', '../bookings/list.ts'],
    ['src/hubspot/bad.ts', '../http/route.ts'],
    ['src/hubspot/bad.ts', '../wiring/deps.ts'],
    ['src/records/bad.ts', '../reads/contact.ts'],
    ['src/reads/bad.ts', '../exams/capacity.ts'],
    ['src/bookings/bad.ts', '../http/envelope.ts'],
    ['src/exams/bad.ts', '../bookings/list.ts'],
    ['src/http/bad.ts', '../credits/validate.ts'],
    ['src/emulator/bad.ts', '../time/clock.ts'],
    ['src/emulator/routes/bad.ts', '../../time/clock.ts'],
    ['src/credits/bad.ts', '../emulator/emulator.ts'],
    ['src/bookings/bad.ts', '../doctor/account.ts'],
    ['src/doctor/bad.ts', '../reads/contact.ts'],
    ['src/doctor/checks/bad.ts', '../../emulator/emulator.ts'],
    ['src/compare/bad.ts', '../hubspot/service.ts'],
    ['src/contract/errors.ts', '../http/envelope.ts'],
    ['api/_routes/bad.ts', '../../src/hubspot/service.ts'],
    ['api/index.ts', '../src/emulator/emulator.ts'],
  ])('catch %s importing %s', (path, imported) => {
    expect(lint(path, `import { thing } from '${imported}';\nexport const used = thing;`)).toContain(
      'no-restricted-imports',
    );
  });

  it.each([
    ['src/bookings/good.ts', '../reads/contact.ts'],
    ['src/reads/good.ts', '../hubspot/service.ts'],
    ['src/local/good.ts', '../emulator/emulator.ts'],
    ['src/emulator/routes/good.ts', '../errors.ts'],
  ])('let %s import %s', (path, imported) => {
    expect(lint(path, `import { thing } from '${imported}';\nexport const used = thing;`)).not.toContain(
      'no-restricted-imports',
    );
  });

  it('catch a file that reads the environment by itself', () => {
    expect(lint('src/bookings/bad.ts', 'export const port = process.env.PORT;')).toContain('no-restricted-properties');
  });

  it('catch a file of 251 lines and a function of 51', () => {
    const lines = Array.from({ length: 51 }, (_, index) => `  console.info(${index});`);
    expect(lint('src/reads/long.ts', `export function long() {\n${lines.join('\n')}\n}`)).toContain(
      'max-lines-per-function',
    );
    const constants = Array.from({ length: 251 }, (_, index) => `export const c${index} = ${index};`);
    expect(lint('src/reads/large.ts', constants.join('\n'))).toContain('max-lines');
  });
});
