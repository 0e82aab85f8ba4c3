import { createConfig, lintFromString } from '@redocly/openapi-core';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../api/index.ts';
import { CODES } from '../../src/reference/codes.ts';
import { openApiDocument } from '../../src/reference/document.ts';
import { codesOf } from '../../src/reference/endpoint-doc.ts';
import { ENDPOINTS } from '../../src/reference/endpoints.ts';
import { curlOf } from '../../src/reference/page.ts';
import { checkAnswer } from '../support/answer-check.ts';
import { World } from '../support/world.ts';

const SERVER = 'https://bookings.prepdoctors.example';

describe('the OpenAPI document', () => {
  it('is one that a linter finds no fault with', async () => {
    const config = await createConfig({ extends: ['recommended-strict'], rules: { 'operation-4xx-response': 'off' } });
    const problems = await lintFromString({ source: JSON.stringify(openApiDocument(SERVER)), config });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
  });

  it('tells of every route and every method there is', async () => {
    const described = ENDPOINTS.map(({ method, path }) => `${method} ${path}`);
    const routes = Object.entries(ROUTES).map(async ([pattern, load]) => {
      const { default: route } = await load();
      return Object.keys(route.methods).map((method) => `${method} ${pattern.replace('[id]', '{id}')}`);
    });
    // Without an id it is the same endpoint.
    const all = (await Promise.all(routes)).flat().filter((each) => !each.endsWith(' /api/bookings'));
    expect(described.toSorted((a, b) => a.localeCompare(b))).toEqual(all.toSorted((a, b) => a.localeCompare(b)));
  });

  it('says who each of them is for, as the routes do', async () => {
    for (const { path, audience } of ENDPOINTS) {
      const load = ROUTES[path.replace('{id}', '[id]')];
      expect([path, (await load?.())?.default.audience]).toEqual([path, audience]);
    }
  });

  it('explains every field that an endpoint takes, and no other', () => {
    const { paths } = openApiDocument(SERVER) as { paths: Record<string, Record<string, unknown>> };
    for (const { path, method, fields } of ENDPOINTS) {
      const operation = JSON.stringify(paths[path]?.[method.toLowerCase()]);
      for (const name of Object.keys(fields))
        expect([path, name, operation.includes(`"${name}"`)]).toEqual([path, name, true]);
      expect([path, operation.includes('"description":""')]).toEqual([path, false]);
    }
  });

  it('holds every code that any source file throws', () => {
    const thrown = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.startsWith('emulator'))
      .flatMap((name) => [...readFileSync(`src/${name}`, 'utf8').matchAll(/new AppError\(\s*'(\w+)'/g)])
      .map(([, code]) => code);
    const told = new Set<string>(ENDPOINTS.flatMap(codesOf));
    expect([...new Set(thrown)].filter((code) => code !== 'NOT_FOUND' && !told.has(code ?? ''))).toEqual([]);
  });
});

describe('the check of answers that every test makes', () => {
  const request = new Request(`${SERVER}/api/mock-exams/35864200951/capacity`);
  const headers = new Headers(
    ['X-Request-Id', 'Server-Timing', 'Cache-Control', 'X-Content-Type-Options'].map((name) => [name, 'x']),
  );
  headers.set('Content-Type', 'application/json; charset=utf-8');

  it.each([
    ['a status that is not told', 418, {}],
    ['a field that is not told', 404, { success: false, error: 'x', code: 'EXAM_NOT_FOUND', more: 1 }],
    ['a code of another endpoint', 404, { success: false, error: 'x', code: 'BOOKING_NOT_FOUND' }],
    ['a field that is missing', 200, { success: true, message: 'Success', data: {} }],
  ])('finds %s', (_what, status, body) => {
    expect(() => checkAnswer(request, { status, headers, body })).toThrow(/the reference/);
  });

  it('finds a header that is missing', () => {
    const body = { success: false, error: 'x', code: 'EXAM_NOT_FOUND' };
    expect(() => checkAnswer(request, { status: 404, headers, body })).not.toThrow();
    expect(() => checkAnswer(request, { status: 404, headers: new Headers(), body })).toThrow(/x-request-id/);
  });
});

describe('GET /api/reference', () => {
  it('shows every endpoint with a line for a shell, and every code', async () => {
    const world = await World.create({ env: { PUBLIC_URL: SERVER } });
    const { status, body, headers } = await world.get('reference');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const { operationId } of ENDPOINTS) expect(body).toContain(`id="${operationId}"`);
    for (const code of Object.keys(CODES)) expect(body).toContain(`id="code-${code}"`);
    // Every link leads somewhere.
    const targets = [...String(body).matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.filter((id) => !String(body).includes(`id="${id}"`))).toEqual([]);
    expect(world.takeCalls()).toEqual([]);
  });

  it('has lines for a shell that quote what they must', () => {
    const create = ENDPOINTS.find(({ operationId }) => operationId === 'createBooking');
    if (!create) throw new Error('there is one');
    expect(curlOf(create, SERVER)).toContain(String.raw`"name":"Maya O'\''Brien"`);
  });
});
