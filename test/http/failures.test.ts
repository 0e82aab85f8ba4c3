import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/emulator/faults.ts';
import { World } from '../support/world.ts';

async function listWhile(fault: Fault, operation?: string) {
  const world = await World.create();
  const student = world.account.student();
  world.account.booking({ student, exam: world.account.exam() });
  world.emulator.faults.add({ fault, times: Infinity, ...(operation ? { operation } : {}) });
  const answer = await world.get('bookings/list', { student_id: student.studentId, email: student.email });
  return { world, ...answer };
}

describe('when HubSpot fails', () => {
  it.each<[string, Fault]>([
    ['503s', { kind: 'status', status: 503 }],
    ['hang-ups', { kind: 'hang-up' }],
    ['silence', { kind: 'hang' }],
    ['HTML', { kind: 'html' }],
    ['HTML with a 404', { kind: 'html', status: 404 }],
    ['truncated JSON', { kind: 'truncated' }],
  ])('answers 503 to %s, with Retry-After and never an empty list', async (_name, fault) => {
    const { status, body, headers } = await listWhile(fault);
    expect(status).toBe(503);
    expect(body).toMatchObject({ success: false, code: 'HUBSPOT_UNAVAILABLE' });
    expect(body.data).toBeUndefined();
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(5);
  });

  it.each([
    ['TEN_SECONDLY_ROLLING', '10'],
    ['DAILY', '3600'],
  ])('answers 503 RATE_LIMITED when the quota %s is spent', async (policyName, retryAfter) => {
    const { status, body, headers } = await listWhile({ kind: 'status', status: 429, body: { policyName } });
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'RATE_LIMITED', retryAfter]);
  });

  it('answers within the deadline of nine seconds', async () => {
    const { world } = await listWhile({ kind: 'hang' });
    expect(world.clock.now() - Date.parse('2026-11-24T12:00:00Z')).toBeLessThanOrEqual(9000);
  });

  it('fails the list when only a part of it can be read', async () => {
    const world = await World.create();
    const student = world.account.student();
    world.account.booking({ student, exam: world.account.exam() });
    world.emulator.faults.add({
      fault: { kind: 'status', status: 500 },
      operation: 'objects.batchRead',
      times: Infinity,
    });
    const { status } = await world.get('bookings/list', { student_id: student.studentId, email: student.email });
    expect(status).toBe(503);
  });

  it.each([
    ['INTERNAL_ERROR', 'HUBSPOT_UNAVAILABLE', '5'],
    ['SERVICE_UNAVAILABLE', 'HUBSPOT_UNAVAILABLE', '5'],
    ['RATE_LIMITS', 'RATE_LIMITED', '10'],
  ])('answers 503 to a part that fails in passing (%s)', async (category, code, retryAfter) => {
    const errors = [{ status: 'error', category, message: 'm' }];
    const { status, body, headers } = await listWhile(
      { kind: 'status', status: 207, body: { results: [], errors } },
      'objects.batchRead',
    );
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, code, retryAfter]);
  });

  it('recovers by itself from one bad answer', async () => {
    const world = await World.create();
    const student = world.account.student();
    world.emulator.faults.add({ fault: { kind: 'status', status: 502 } });
    const { status } = await world.get('bookings/list', { student_id: student.studentId, email: student.email });
    expect(status).toBe(200);
  });
});

describe('what is our own fault', () => {
  it.each([401, 403])('a token that HubSpot refuses with %i is a 500, and an error line that says so', async (code) => {
    const { world, status, body } = await listWhile({ kind: 'status', status: code });
    expect([status, body.code]).toEqual([500, 'INTERNAL_ERROR']);
    expect(body.requestId).toMatch(/^[\da-f-]{36}$/);
    expect(world.logged('error')[0]?.['message']).toContain('HS_PRIVATE_APP_TOKEN');
    expect(world.lines.join()).not.toContain('pat-test-token');
  });

  it('a 400 from HubSpot is a 500 that gives nothing away', async () => {
    const body = { message: 'Property ada@example.com was not valid', category: 'VALIDATION_ERROR' };
    const answer = await listWhile({ kind: 'status', status: 400, body });
    expect([answer.status, answer.body.code]).toEqual([500, 'INTERNAL_ERROR']);
    expect(JSON.stringify(answer.body)).not.toContain('ada@example.com');
    expect(answer.world.lines.join()).not.toContain('ada@example.com');
  });
});
