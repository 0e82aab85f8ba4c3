import type { StoredRecord } from '../../src/emulator/record.ts';
import { BOOKINGS, MOCK_EXAMS } from '../support/booking.ts';
import type { World } from '../support/world.ts';

/** A record of the account, archived or not. */
function recordOf({ emulator }: World, type: string, id: string): StoredRecord {
  const record = emulator.account.records.getAny(emulator.account.objectType(type), id);
  if (!record) throw new Error(`there is no ${type} ${id}`);
  return record;
}

/** HubSpot's times of a record, in epoch milliseconds. */
export function timesOf(world: World, type: string, id: string): { createdAt: number; updatedAt: number } {
  const { createdAt, updatedAt } = recordOf(world, type, id);
  return { createdAt, updatedAt };
}

/** The count that HubSpot stores of an exam. */
export function storedCount(world: World, exam: string): string | undefined {
  return world.account.values('mock_exams', exam)['total_bookings'];
}

/** Deletes a booking as somebody in HubSpot's own pages would, now. */
export function archiveBooking(world: World, booking: string): void {
  world.emulator.account.archive(recordOf(world, BOOKINGS, booking), world.clock.now());
}

/** Brings a deleted booking back; its associations have to be made anew. */
export function restoreBooking(world: World, booking: string): void {
  const record = recordOf(world, BOOKINGS, booking);
  record.archivedAt = undefined;
  record.versions.push({ at: world.clock.now(), values: record.versions.at(-1)?.values ?? {}, archived: false });
}

/** Associates a booking with an exam, now: HubSpot shows it as late as it is set to. */
export function linkBooking(world: World, booking: string, exam: string): void {
  const { associations, portal } = world.emulator.account;
  const type = portal.associationTypes.find(({ from, to }) => from === BOOKINGS && to === MOCK_EXAMS);
  if (type) associations.add(type, booking, exam, world.clock.now());
}

/** Takes a booking's association with an exam away, now. */
export function unlinkBooking(world: World, booking: string, exam: string): void {
  world.emulator.account.associations.remove([BOOKINGS, booking], [MOCK_EXAMS, exam], world.clock.now());
}
