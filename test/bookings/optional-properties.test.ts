import { describe, expect, it } from 'vitest';
import { PREPDOCTORS_PORTAL } from '../../src/emulator/prepdoctors-portal.ts';
import { withProperties } from '../../src/emulator/portal.ts';
import { book } from '../support/booking.ts';
import { ACCOUNTS } from '../support/owed.ts';
import { World } from '../support/world.ts';

const ENV = { HUBSPOT_PROPERTY_BOOKING_KEY: 'booking_key', HUBSPOT_PROPERTY_CREDIT_OP: 'mock_credit_op' };
const [, [, withKeys] = ['', {}]] = ACCOUNTS;
const text = { type: 'string' } as const;

describe('the two optional properties', () => {
  it('are written along, once HubSpot has shown that they fit', async () => {
    const world = await World.create(withKeys);
    const student = world.account.student({ sj_credits: 3 });
    const { body } = await book(world, student, { exam: world.account.exam() });
    const id: string = body.data.booking_record_id;
    expect(world.account.values('bookings', id)['booking_key']).toBe(`${student.id}:Situational Judgment:2026-12-10:1`);
    expect(world.account.values('contacts', student.id)['mock_credit_op']).toMatch(
      new RegExp(`^-1 for booking ${id}: sj_credits 3>2 #[0-9a-f]+$`),
    );
  });

  it.each([
    ['do not exist', PREPDOCTORS_PORTAL],
    [
      'are not unique, or not text',
      withProperties(PREPDOCTORS_PORTAL, {
        bookings: { booking_key: text },
        contacts: { mock_credit_op: { type: 'number' } },
      }),
    ],
  ])('that %s are left unused, and that is said once', async (_what, portal) => {
    const world = await World.create({ portal, env: ENV });
    for (const date of ['2026-12-10', '2026-12-11']) {
      const answer = await book(world, world.account.student(), { exam: world.account.exam({ date }), date });
      expect(answer.status).toBe(201);
    }
    expect(world.logged('error').map(({ property }) => property)).toEqual(['booking_key', 'mock_credit_op']);
    const asked = world.takeCalls().filter(({ operation }) => operation === 'properties.get');
    expect(asked).toHaveLength(2);
  });

  it('that HubSpot cannot tell of are left unused for a minute', async () => {
    const world = await World.create({ ...withKeys, env: { ...ENV, HUBSPOT_MAX_ATTEMPTS: '1' } });
    world.emulator.faults.add({ fault: { kind: 'status', status: 500 }, operation: 'properties.get', times: 2 });
    const bookOn = async (date: string) => {
      const { body } = await book(world, world.account.student(), { exam: world.account.exam({ date }), date });
      return world.account.values('bookings', body.data.booking_record_id)['booking_key'] !== undefined;
    };
    expect([await bookOn('2026-12-10'), await bookOn('2026-12-11')]).toEqual([false, false]);
    await world.clock.advance(60_000);
    expect(await bookOn('2026-12-12')).toBe(true);
  });
});
