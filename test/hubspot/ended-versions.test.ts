import { describe, expect, it } from 'vitest';
import { book, cancel } from '../support/booking.ts';
import { login, seenCredits } from '../support/looking.ts';
import { World } from '../support/world.ts';

const ENDED = { settings: { ended: ['v3', 'v4'] as const } };

describe('once HubSpot’s v3 and v4 have come to their end', () => {
  it('the dated version does all that a student does', async () => {
    const world = await World.create({ ...ENDED, env: { HUBSPOT_API_VERSION: '2026-09' } });
    const student = world.account.student({ sj_credits: 1 });
    const exam = world.account.exam();
    expect(await seenCredits(world, student)).toBe(1);
    const available = await world.get('mock-exams/available', { mock_type: 'Situational Judgment', realtime: 'true' });
    expect(available.body.data).toHaveLength(1);
    const booked = await book(world, student, { exam });
    expect(booked.status).toBe(201);
    await world.settle();
    const list = await world.get('bookings/list', { ...login(student) });
    expect(list.body.data.bookings).toHaveLength(1);
    const { booking_record_id: id } = booked.body.data;
    expect((await world.get(`bookings/${id}`, { ...login(student) })).status).toBe(200);
    expect((await cancel(world, student, id)).status).toBe(200);
    await world.settle();
    expect(world.logged('error')).toEqual([]);
    expect(world.takeCalls().filter(({ path }) => /\/v[34]\//.test(path))).toEqual([]);
  });

  it('the old paths are not found', async () => {
    const world = await World.create(ENDED);
    for (const path of [
      '/crm/v3/objects/contacts',
      '/crm/v4/associations/0-1/0-46/labels',
      '/crm/v3/properties/contacts',
    ]) {
      const request = new Request(`https://api.hubapi.com${path}`, { headers: { authorization: 'Bearer x' } });
      expect((await world.emulator.fetch(request)).status).toBe(404);
    }
  });
});
