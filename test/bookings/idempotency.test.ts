import { describe, expect, it } from 'vitest';
import { book, cancel, seatHolders, sendBooking } from '../support/booking.ts';
import { World } from '../support/world.ts';

const key = (value: string) => ({ headers: { 'X-Idempotency-Key': value } });

async function start() {
  const world = await World.create({ settings: { latency: { readMs: 100, writeMs: 200 } } });
  return { world, student: world.account.student({ sj_credits: 5 }), exam: world.account.exam() };
}

describe('X-Idempotency-Key', () => {
  it('gives a repeat the first success again, with 200 and a mark, and books nothing', async () => {
    const { world, student, exam } = await start();
    const first = await book(world, student, { exam, ...key('k1') });
    const second = await book(world, student, { exam, ...key('k1') });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.data).toEqual({ ...first.body.data, idempotent_request: true });
    expect(first.body.data.idempotent_request).toBeUndefined();
    expect(seatHolders(world, exam)).toHaveLength(1);
  });

  it('lets a repeat that comes meanwhile wait for the first', async () => {
    const { world, student, exam } = await start();
    const send = async () => sendBooking(world, student, { exam, ...key('k1') });
    const answers = await world.clock.run(async () => Promise.all([send(), send(), send()]));
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.data.booking_record_id)).size).toBe(1);
  });

  it('refuses the key for another booking: 422', async () => {
    const { world, student, exam } = await start();
    await book(world, student, { exam, ...key('k1') });
    const { status, body } = await book(world, student, { exam, ...key('k1'), body: { name: 'Somebody else' } });
    expect([status, body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('belongs to one student', async () => {
    const { world, student, exam } = await start();
    await book(world, student, { exam, ...key('k1') });
    expect((await book(world, world.account.student(), { exam, ...key('k1') })).status).toBe(201);
  });

  it('is forgotten after five minutes', async () => {
    const { world, student, exam } = await start();
    const first = await book(world, student, { exam, ...key('k1') });
    await world.clock.advance(4 * 60_000);
    expect((await book(world, student, { exam, ...key('k1') })).status).toBe(200);
    await cancel(world, student, first.body.data.booking_record_id);
    await world.clock.advance(61_000);
    expect((await book(world, student, { exam, ...key('k1') })).status).toBe(201);
  });

  it('does not keep a refusal or a failure', async () => {
    const { world, exam } = await start();
    const student = world.account.student({ sj_credits: 0 });
    expect((await book(world, student, { exam, ...key('k1') })).status).toBe(400);
    world.account.change('contacts', student.id, { sj_credits: 1 });
    world.emulator.faults.add({ fault: { kind: 'status', status: 400 }, operation: 'objects.create' });
    expect((await book(world, student, { exam, ...key('k1') })).status).toBe(500);
    expect((await book(world, student, { exam, ...key('k1') })).status).toBe(201);
  });

  it.each([[' '], ['ключ'.slice(0, 0)], ['x'.repeat(201)]])(
    'must be 1 to 200 visible characters, not "%s"',
    async (value) => {
      const { world, student, exam } = await start();
      const { status, body } = await book(world, student, { exam, ...key(value) });
      expect([status, body.code]).toEqual([400, 'VALIDATION_ERROR']);
    },
  );
});
