import { describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';

async function ask(emulator: Emulator, path: string, body?: unknown) {
  const headers = { Authorization: 'Bearer any', 'Content-Type': 'application/json' };
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await emulator.fetch(new Request(`http://hubspot${path}`, { headers, ...init }));
  // oxlint-disable-next-line typescript/no-explicit-any
  return { status: response.status, body: (await response.json()) as any };
}

describe('what HubSpot tells of an account', () => {
  it('its portal id, and how many calls of the day are made', async () => {
    const emulator = new Emulator();
    expect((await ask(emulator, '/account-info/v3/details')).body.portalId).toBe(46_814_382);
    const { body } = await ask(emulator, '/account-info/v3/api-usage/daily/private-apps');
    expect(body.results).toEqual([
      expect.objectContaining({ usageLimit: 625_000, currentUsage: 2, fetchStatus: 'SUCCESS' }),
    ]);
  });

  it('what the token may do', async () => {
    const emulator = new Emulator({ settings: { scopes: ['crm.objects.contacts.read'] } });
    const { body } = await ask(emulator, '/oauth/v2/private-apps/get/access-token-info', { tokenKey: 'pat-any' });
    expect(body).toMatchObject({ hubId: 46_814_382, scopes: ['crm.objects.contacts.read'] });
    expect((await ask(emulator, '/oauth/v2/private-apps/get/access-token-info', {})).status).toBe(400);
  });

  it.each(['v3', '2026-09'])('its custom objects with properties and associations, by %s', async (version) => {
    const emulator = new Emulator();
    const { body } = await ask(emulator, `/crm-object-schemas/${version}/schemas`);
    expect(body.results.map(({ name }: { name: string }) => name)).toEqual(['bookings', 'mock_exams', 'enrollments']);
    const exams = body.results[1];
    expect(exams).toMatchObject({ objectTypeId: '2-50158913', fullyQualifiedName: 'p46814382_mock_exams' });
    expect(exams.requiredProperties).toEqual(['mock_exam_id']);
    expect(exams.associations).toContainEqual(expect.objectContaining({ toObjectTypeId: '2-50158943', id: '1180' }));
    const one = await ask(emulator, `/crm-object-schemas/${version}/schemas/2-50158943`);
    expect(one.body.properties.map(({ name }: { name: string }) => name)).toContain('token_used');
  });

  it('what it does not do is refused as such, never as not found', async () => {
    const { status, body } = await ask(new Emulator(), '/crm-object-schemas/v3/schemas', { name: 'loans' });
    expect([status, body.category]).toEqual([501, 'EMULATOR_NOT_IMPLEMENTED']);
  });
});
