import { z } from 'zod';
import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';
import { RECORD_ID } from '../contract/fields.ts';
import { getExamForSeats } from '../reads/exams.ts';
import { countSeatsForRefusal } from '../reads/seats.ts';
import { countedOrStored, logUnsized } from './stored-counts.ts';

export const GetCapacityInput = z.object({ id: z.string() });
export type GetCapacityInput = z.infer<typeof GetCapacityInput>;

/**
 * How many seats of a session are taken, counted from its bookings; the stored count stands in when they cannot be
 * read.
 * @throws {AppError} `EXAM_NOT_FOUND`
 */
export async function getCapacity(deps: Deps, { id }: GetCapacityInput) {
  const exam = RECORD_ID.test(id) ? await getExamForSeats(deps, id) : null;
  if (!exam) throw new AppError('EXAM_NOT_FOUND', 'Mock exam not found');
  logUnsized(deps, [exam]);
  const taken = await countedOrStored(deps, async () => countSeatsForRefusal(deps, [exam]));
  const totalBookings = taken.get(exam.id)?.total ?? exam.totalBookings;
  const capacity = exam.capacity ?? 0;
  const availableSlots = Math.max(0, capacity - totalBookings);
  return {
    mock_exam_id: exam.id,
    capacity,
    total_bookings: totalBookings,
    available_slots: availableSlots,
    is_full: availableSlots === 0,
    last_checked: new Date(deps.clock.now()).toISOString(),
  };
}
