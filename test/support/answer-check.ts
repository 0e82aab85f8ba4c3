import { deepEqual, fail, ok } from 'node:assert/strict';
import type { z } from 'zod';
import { type EndpointDoc, failureOf, failuresOf } from '../../src/reference/endpoint-doc.ts';
import { ENDPOINTS } from '../../src/reference/endpoints.ts';

interface Known {
  path: RegExp;
  endpoint: EndpointDoc;
  failures: Map<number, z.ZodType>;
}

const KNOWN: readonly Known[] = ENDPOINTS.map((endpoint) => ({
  path: new RegExp(`^${endpoint.path.replace('/{id}', '(?:/[^/]*)?')}/?$`),
  endpoint,
  failures: new Map([...failuresOf(endpoint)].map(([status, codes]) => [status, failureOf(codes)])),
}));

/** Headers that must come with a status, besides those of every answer. */
const REQUIRED: Record<number, readonly string[]> = { 405: ['allow'], 429: ['retry-after'] };
const ALWAYS = ['x-request-id', 'server-timing', 'cache-control', 'x-content-type-options'];

/** Holds an answer of the API against its reference. @throws when the reference does not allow it. */
export function checkAnswer(request: Request, answer: { status: number; headers: Headers; body: unknown }): void {
  const { status, headers, body } = answer;
  const { pathname } = new URL(request.url);
  const about = `${request.method} ${pathname} ${status}`;
  for (const name of [...ALWAYS, ...(REQUIRED[status] ?? [])]) ok(headers.has(name), `${about} has no ${name}`);
  if (request.method === 'OPTIONS' || request.method === 'HEAD') return;
  const fitting = KNOWN.filter(({ path }) => path.test(pathname));
  // Names come before ids.
  const named = fitting.filter(({ endpoint }) => !endpoint.path.includes('{id}'));
  const ofPath = named.length > 0 ? named : fitting;
  const known = ofPath.find(({ endpoint }) => endpoint.method === request.method) ?? ofPath[0];
  if (!known) {
    deepEqual(status, 404, about);
    return;
  }
  if (headers.get('content-type')?.startsWith('application/json') !== true) return;
  const schema = known.endpoint.answers[status] ?? known.failures.get(status);
  if (!schema || typeof schema === 'string') fail(`the reference knows no ${about}: ${JSON.stringify(body)}`);
  const { error } = schema.safeParse(body);
  if (error) fail(`the reference does not allow ${about}: ${error.message}\n${JSON.stringify(body).slice(0, 500)}`);
}
