import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COVERAGE } from '../../src/emulator/coverage.ts';
import { Emulator } from '../../src/emulator/emulator.ts';
import { ROUTES } from '../../src/emulator/router.ts';
import { COVERAGE_PAGE, coverageTable } from '../support/emulator-schemas.ts';

describe('the coverage table', () => {
  it('lists every route, and no route that does not exist', () => {
    const claimed = COVERAGE.filter(({ coverage }) => coverage !== 'refused').map(({ operation }) => operation);
    expect(claimed.toSorted()).toEqual(ROUTES.map(({ operation }) => operation).toSorted());
  });

  it('says what is left out wherever coverage is partial', () => {
    const partial = COVERAGE.filter(({ coverage }) => coverage === 'partial');
    expect(partial.filter(({ note }) => !note)).toEqual([]);
  });

  it('stands on the emulator’s page (else: node test/support/emulator-schemas.ts)', () => {
    expect(readFileSync(COVERAGE_PAGE, 'utf8')).toContain(coverageTable());
  });

  it.each([
    ['POST', '/crm/v4/associations/0-1/0-3/labels'],
    ['PUT', '/crm/v4/associations/0-1/0-3/labels'],
    ['DELETE', '/crm/v4/associations/0-1/0-3/labels/4'],
    ['GET', '/crm/v3/properties/contacts?archived=true'],
    ['GET', '/crm/v3/owners'],
  ])('refuses %s %s', async (method, path) => {
    const request = new Request(`https://api.hubapi.com${path}`, { method, headers: { authorization: 'Bearer x' } });
    const response = await new Emulator().fetch(request);
    expect(response.status).toBe(501);
    expect(await response.json()).toMatchObject({ category: 'EMULATOR_NOT_IMPLEMENTED' });
  });
});
