import { describe, expect, it } from 'vitest';
import { World } from '../support/world.ts';

/** One minute before midnight in Toronto, on the 10th; it is the 11th in Greenwich already. */
const LATE = '2026-12-11T04:59:00Z';

async function start() {
  const world = await World.create({ now: LATE });
  const student = world.account.student();
  const login = { student_id: student.studentId, email: student.email };
  const book = (date: string, isActive: string | null = 'Active') =>
    world.account.booking({ student, exam: world.account.exam({ date }), isActive });
  const list = async (filter: string): Promise<string[]> => {
    const { body } = await world.get('bookings/list', { ...login, filter, force: 'true' });
    return body.data.bookings.map(({ id, status }: Record<string, string>) => `${id} ${status}`);
  };
  const details = async (id: string): Promise<string> => {
    const { body } = await world.get(`bookings/${id}`, { ...login, force: 'true' });
    return body.data.booking.status;
  };
  return { world, book, list, details };
}

describe('what a booking is', () => {
  it('an exam of today is to come until the day is over in Toronto, and completed from then on', async () => {
    const { world, book, list, details } = await start();
    const id = book('2026-12-10');
    expect([await list('upcoming'), await list('past'), await details(id)]).toEqual([
      [`${id} scheduled`],
      [],
      'scheduled',
    ]);
    await world.clock.advance(60_000);
    expect([await list('upcoming'), await list('past'), await details(id)]).toEqual([
      [],
      [`${id} completed`],
      'completed',
    ]);
  });

  it.each([
    ['Active', '2026-12-09', 'past', 'completed'],
    [null, '2026-12-09', 'past', 'completed'],
    ['Completed', '2026-12-20', 'past', 'completed'],
    ['Failed', '2026-12-20', 'cancelled', 'cancelled'],
    ['failed', '2026-12-09', 'cancelled', 'cancelled'],
    ['CANCELLED', '2026-12-20', 'cancelled', 'cancelled'],
  ])('%s on %s is in %s alone, and %s', async (isActive, date, filter, status) => {
    const { book, list, details } = await start();
    const id = book(date, isActive);
    for (const each of ['upcoming', 'past', 'cancelled']) {
      expect(await list(each)).toEqual(each === filter ? [`${id} ${status}`] : []);
    }
    expect([await list('all'), await details(id)]).toEqual([[`${id} ${status}`], status]);
  });
});
