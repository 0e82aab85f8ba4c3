import { describe, expect, it } from 'vitest';
import { book, cancel } from '../support/booking.ts';
import { LIFELIKE } from '../support/faults.ts';
import { World } from '../support/world.ts';

async function bookAndWait(capacity = 5) {
  const world = await World.create({ settings: LIFELIKE });
  const [student, other] = [world.account.student(), world.account.student()];
  const [exam, elsewhere] = [world.account.exam({ capacity }), world.account.exam({ date: '2026-12-20' })];
  const id: string = (await book(world, student, { exam })).body.data.booking_record_id;
  await world.settle();
  const look = async (whose = student) =>
    world.get('bookings/list', { student_id: whose.studentId, email: whose.email, force: 'true' });
  const capacityOf = async (of: string) => (await world.get(`mock-exams/${of}/capacity`, { force: 'true' })).body.data;
  // HubSpot shows the booking, and is seen to show it, before anybody moves it.
  await world.clock.advance(10_000);
  await look();
  await capacityOf(exam);
  await world.clock.advance(61_000);
  return { world, student, other, exam, elsewhere, id, look, capacityOf };
}

describe('a booking of ours that somebody moves in HubSpot', () => {
  it('to another exam frees the seat it had and takes one there', async () => {
    const { world, exam, elsewhere, id, other, capacityOf } = await bookAndWait(1);
    world.account.move(id, 'mock_exams', exam, elsewhere);
    await world.clock.advance(4000);
    expect([(await capacityOf(exam)).total_bookings, (await capacityOf(elsewhere)).total_bookings]).toEqual([0, 1]);
    expect((await book(world, other, { exam })).status).toBe(201);
  });

  it('to another student is theirs: seen, read and cancelled by them alone', async () => {
    const { world, student, other, id, look } = await bookAndWait();
    world.account.move(id, 'contacts', student.id, other.id);
    await world.clock.advance(4000);
    expect([(await look()).body.data.pagination.total, (await look(other)).body.data.pagination.total]).toEqual([0, 1]);
    const login = { student_id: student.studentId, email: student.email, force: 'true' };
    expect((await world.get(`bookings/${id}`, login)).status).toBe(403);
    expect((await cancel(world, student, id)).status).toBe(403);
    const cancelled = await cancel(world, other, id);
    expect([cancelled.status, cancelled.body.data.credit_restoration.new_balance]).toEqual([200, 2]);
  });
});
