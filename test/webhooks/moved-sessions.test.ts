import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { book } from '../support/booking.ts';
import { LIFELIKE, login } from '../support/looking.ts';
import { deliver, event, MOCK_EXAMS, WEBHOOK_ENV } from '../support/webhook.ts';
import { World } from '../support/world.ts';

const OLD_DAY = '2026-12-20';
const NEW_DAY = '2026-12-27';

/** A student with a booking on the 20th, whose list has been looked at, and a second session on the 27th. */
async function start(making: 'made long ago' | 'made here') {
  const world = await World.create({ env: WEBHOOK_ENV, settings: LIFELIKE });
  const student = world.account.student({ sj_credits: 5 });
  const [exam, second] = [world.account.exam({ date: OLD_DAY }), world.account.exam({ date: NEW_DAY })];
  if (making === 'made long ago') world.account.booking({ student, exam });
  else await book(world, student, { exam, date: OLD_DAY });
  expect(await days(world, student)).toEqual([OLD_DAY]);
  return { world, student, exam, second };
}

async function days(world: World, student: TestStudent): Promise<string[]> {
  const { body } = await world.get('bookings/list', login(student));
  return body.data.bookings.map(({ exam_date: day }: { exam_date: string }) => day);
}

/** Staff moves the session; HubSpot says so at once, and rolls it up onto the bookings two seconds later. */
async function move(world: World, exam: string): Promise<void> {
  world.account.change('mock_exams', exam, { exam_date: NEW_DAY });
  const facts = { propertyName: 'exam_date', propertyValue: NEW_DAY, occurredAt: world.clock.now() };
  await deliver(world, [
    event(world, 'object.propertyChange', { objectId: Number(exam), objectTypeId: MOCK_EXAMS, ...facts }),
  ]);
}

describe.each(['made long ago', 'made here'] as const)('a session that is moved, and a booking of it %s', (making) => {
  it('shows its new day in the list at once, and ever after', async () => {
    const { world, student, exam } = await start(making);
    await move(world, exam);
    expect(await days(world, student)).toEqual([NEW_DAY]);
    for (const passedMs of [1000, 2000, 10_000, 60_000]) {
      await world.clock.advance(passedMs);
      expect(await days(world, student)).toEqual([NEW_DAY]);
    }
  });

  it('lets nobody book the new day and type twice', async () => {
    const { world, student, exam, second } = await start(making);
    await move(world, exam);
    const answer = await book(world, student, { exam: second, date: NEW_DAY });
    expect([answer.status, answer.body.code]).toEqual([400, 'DUPLICATE_BOOKING']);
  });

  it('leaves the old day free to be booked', async () => {
    const { world, student, exam } = await start(making);
    const other = world.account.exam({ date: OLD_DAY });
    await move(world, exam);
    expect((await book(world, student, { exam: other, date: OLD_DAY })).status).toBe(201);
  });
});

it('a change of its seats alone leaves lists in the cache', async () => {
  const { world, student, exam } = await start('made long ago');
  world.account.change('mock_exams', exam, { capacity: 30 });
  const facts = { propertyName: 'capacity', propertyValue: '30', occurredAt: world.clock.now() };
  await deliver(world, [
    event(world, 'object.propertyChange', { objectId: Number(exam), objectTypeId: MOCK_EXAMS, ...facts }),
  ]);
  world.takeCalls();
  await days(world, student);
  expect(world.takeCalls()).toEqual([]);
});
