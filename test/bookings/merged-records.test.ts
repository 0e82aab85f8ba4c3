import { describe, expect, it } from 'vitest';
import type { TestStudent } from '../support/account-builder.ts';
import { book, BOOKINGS, cancel, CONTACTS } from '../support/booking.ts';
import { LIFELIKE, login, seenCredits } from '../support/looking.ts';
import { deliver, event, WEBHOOK_ENV } from '../support/webhook.ts';
import { World } from '../support/world.ts';

const CRON = { CRON_SECRET: 'a-secret-of-twenty-letters' };
const AS_CRON = { headers: { Authorization: `Bearer ${CRON.CRON_SECRET}` } };

/** Which id a merged record has, and whether HubSpot told of it. */
type Way = [name: string, survivor: 'primary' | 'new', told: boolean];
const WAYS: Way[] = [
  ['under the id of one of them, and HubSpot tells', 'primary', true],
  ['under a new id, and HubSpot tells', 'new', true],
  ['under the id of one of them, untold', 'primary', false],
  ['under a new id, untold', 'new', false],
];

async function start() {
  const world = await World.create({ env: { ...WEBHOOK_ENV, ...CRON }, settings: LIFELIKE });
  const student = world.account.student({ sj_credits: 5 });
  const exams = ['2026-12-10', '2026-12-11', '2026-12-12'].map((date) => world.account.exam({ date }));
  return { world, student, exams };
}

/** Merges, as the way says, and waits until associations show it and what is cached without an event has expired. */
async function merge(
  world: World,
  type: 'contacts' | 'bookings',
  [kept, other]: [string, string],
  [, survivor, told]: Way,
): Promise<string> {
  const id = world.account.merge(type, [kept, other], survivor);
  await world.clock.advance(told ? 3000 : 61_000);
  if (told) {
    const objectTypeId = { contacts: CONTACTS, bookings: BOOKINGS }[type];
    const facts = { objectId: Number(id), primaryObjectId: Number(kept), mergedObjectIds: [Number(other)] };
    await deliver(world, [event(world, 'object.merge', { objectTypeId, ...facts, newObjectId: Number(id) })]);
  }
  return id;
}

async function listed(world: World, student: TestStudent): Promise<string[]> {
  const { status, body } = await world.get('bookings/list', login(student));
  expect(status).toBe(200);
  return body.data.bookings.map(({ id }: { id: string }) => id);
}

describe.each(WAYS)('a contact that was merged with another one, %s', (...way) => {
  async function merged() {
    const { world, student, exams } = await start();
    const other = world.account.student();
    const [first = '', second = '', third = ''] = exams;
    const bookings = [
      world.account.booking({ student, exam: first }),
      world.account.booking({ student: other, exam: second }),
    ];
    await listed(world, student);
    await seenCredits(world, other);
    const id = await merge(world, 'contacts', [student.id, other.id], way);
    return { world, student, other, id, third, bookings };
  }

  it('has the bookings of both', async () => {
    const { world, student, bookings } = await merged();
    expect((await listed(world, student)).toSorted()).toEqual(bookings.toSorted());
  });

  it('reads and cancels its bookings at once, while they are still linked to the old id', async () => {
    const { world, student, exams } = await start();
    const other = world.account.student();
    const booking = world.account.booking({ student: other, exam: exams[0] ?? '' });
    expect((await world.get(`bookings/${booking}`, login(other))).status).toBe(200);
    world.account.merge('contacts', [student.id, other.id], way[1]);
    const details = await world.get(`bookings/${booking}`, login(student));
    expect(details.status).toBe(200);
    await world.clock.advance(30_000);
    expect((await cancel(world, student, booking)).status).toBe(200);
  });

  it('books on with the contact id that the page still has, and pays once', async () => {
    const { world, student, other, id, third } = await merged();
    const stale = await book(world, student, { exam: third, date: '2026-12-12', body: { contact_id: other.id } });
    expect(stale.status).toBe(201);
    await world.settle();
    expect(world.account.values('contacts', id)['sj_credits']).toBe('4');
    expect(await listed(world, student)).toContain(stale.body.data.booking_record_id);
  });

  it('is known by the address of either', async () => {
    const { world, student, other, bookings } = await merged();
    const byOther = { ...student, email: other.email };
    expect((await listed(world, byOther)).toSorted()).toEqual(bookings.toSorted());
    const both = await world.clock.run(async () =>
      Promise.all(
        [student, byOther].map(async (each) =>
          world.send('GET', 'bookings/list', { query: { ...login(each), force: 'true' } }),
        ),
      ),
    );
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('is kept warm with all others', async () => {
    const { world, student, other } = await merged();
    const third = world.account.student();
    for (const each of [student, { ...student, email: other.email }, third]) await seenCredits(world, each);
    const answer = await world.request('GET', 'cron/warm-cache', AS_CRON);
    expect([answer.status, answer.body.contacts]).toEqual([200, 3]);
  });
});

describe.each(WAYS)('a booking that was merged with another one of the same student, %s', (...way) => {
  async function merged() {
    const { world, student, exams } = await start();
    const [first = '', second = '', third = ''] = exams;
    const old = world.account.booking({ student, exam: first });
    const made = await book(world, student, { exam: second, date: '2026-12-11' });
    await world.settle();
    await world.clock.advance(5000);
    const ours: string = made.body.data.booking_record_id;
    expect(await listed(world, student)).toHaveLength(2);
    const id = await merge(world, 'bookings', [ours, old], way);
    return { world, student, id, old, ours, second, third };
  }

  it('is listed once', async () => {
    const { world, student, id } = await merged();
    expect(await listed(world, student)).toEqual([id]);
  });

  it('takes one seat', async () => {
    const { world, second } = await merged();
    const { body } = await world.get(`mock-exams/${second}/capacity`, { force: 'true' });
    expect(body.data.total_bookings).toBe(1);
  });

  it('lets its student book on', async () => {
    const { world, student, third } = await merged();
    expect((await book(world, student, { exam: third, date: '2026-12-12' })).status).toBe(201);
  });

  it('is read and cancelled by either id, for one credit', async () => {
    const { world, student, id, old } = await merged();
    // HubSpot's own time, after which a booking that others made may be cancelled.
    await world.clock.advance(30_000);
    const details = await world.get(`bookings/${old}`, login(student));
    expect([details.status, details.body.data.booking.id]).toEqual([200, id]);
    const answers = [await cancel(world, student, old), await cancel(world, student, id)];
    expect(answers.map(({ status }) => status)).toEqual([200, 409]);
    await world.settle();
    expect(world.account.values('bookings', id)['is_active']).toBe('Cancelled');
    expect(world.account.values('contacts', student.id)['sj_credits']).toBe('5');
  });
});

describe.each(WAYS)('two bookings of one session that were merged, %s', (...way) => {
  it('take one seat', async () => {
    const { world, student, exams } = await start();
    const exam = exams[0] ?? '';
    const old = world.account.booking({ student: world.account.student(), exam });
    const made = await book(world, student, { exam });
    await world.settle();
    await world.clock.advance(5000);
    await merge(world, 'bookings', [made.body.data.booking_record_id, old], way);
    for (const count of ['first', 'second']) {
      const { body } = await world.get(`mock-exams/${exam}/capacity`, { force: 'true' });
      expect([count, body.data.total_bookings]).toEqual([count, 1]);
    }
  });
});

describe('a contact id that is not the student’s', () => {
  it('is refused, but no guess at a login: the student books on', async () => {
    const { world, student, exams } = await start();
    const [exam = ''] = exams;
    const stranger = world.account.student();
    for (const contactId of [stranger.id, '999999999999']) {
      for (let count = 0; count < 7; count += 1) {
        const answer = await book(world, student, { exam, body: { contact_id: contactId } });
        expect([answer.status, answer.body.code]).toEqual([403, 'ACCESS_DENIED']);
      }
    }
    expect((await book(world, student, { exam })).status).toBe(201);
  });

  it('with a student id that is not the student’s either is a guess, and refused from the eleventh on', async () => {
    const { world, student, exams } = await start();
    const [exam = ''] = exams;
    const statuses = [];
    for (let count = 0; count < 12; count += 1) {
      const answer = await book(world, { ...student, studentId: '1234567' }, { exam });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429, 429]);
  });
});
