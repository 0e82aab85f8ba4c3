import { examBookingIdsKey, seatsKey } from '../cache/keys.ts';
import { REFUSAL_MAX_AGE_MS } from '../cache/policies.ts';
import type { FetchOptions } from '../cache/cache-service.ts';
import type { Deps } from '../wiring/deps.ts';
import { outcomes } from '../hubspot/batch.ts';
import { HubSpotError } from '../hubspot/errors.ts';
import { type BookingSeat, SEAT_PROPERTIES, toSeat } from '../records/booking.ts';
import type { Exam } from '../records/exam.ts';
import { madeLately, noteRead, overlayBookingIds, overlaySeats, type TakenSeats } from './own-writes.ts';

/** What is known of the bookings of some exams. An exam is in one of the two. */
export interface ExamSeats {
  seats: Map<string, readonly BookingSeat[]>;
  /** Exams of which some booking could not be read: no number may be made of what is left. */
  failures: Map<string, HubSpotError>;
}

/** Seats taken per exam, counted from its bookings. An exam is in one of the two. */
export interface SeatCounts {
  taken: Map<string, TakenSeats>;
  failures: Map<string, HubSpotError>;
}

/** Booking ids that came along with an exam are used only at once. */
const JUST_READ_MS = 1000;

/**
 * Counts the seats of many exams through the cache; those not in it cost one association call and one call per 100
 * bookings together. What was booked and cancelled here is counted as of now.
 */
export async function countSeats(
  deps: Deps,
  examIds: readonly string[],
  options: FetchOptions = {},
): Promise<SeatCounts> {
  const load = async (missing: readonly string[]) => {
    const { seats, failures } = await readSeats(deps, await getBookingIds(deps, missing));
    return new Map<string, readonly BookingSeat[] | HubSpotError>([...seats, ...failures]);
  };
  const found = await deps.cache.fetchMany<readonly BookingSeat[]>(examIds, seatsKey, load, options);
  const { values, failures } = split(found);
  return toCounts(deps, { seats: values, failures });
}

/** {@link countSeats}, but that an exam is full rests on what was read within the last seconds, unless HubSpot is down. */
export async function countSeatsForRefusal(
  deps: Deps,
  exams: readonly Pick<Exam, 'id' | 'capacity'>[],
): Promise<SeatCounts> {
  const { taken, failures } = await countSeats(
    deps,
    exams.map(({ id }) => id),
  );
  const full = exams.flatMap(({ id, capacity }) => ((taken.get(id)?.total ?? 0) >= (capacity ?? Infinity) ? id : []));
  if (full.length === 0) return { taken, failures };
  const anew = await countSeats(deps, full, { maxAgeMs: REFUSAL_MAX_AGE_MS, olderIfDown: true });
  for (const id of anew.failures.keys()) taken.delete(id);
  return { taken: new Map([...taken, ...anew.taken]), failures: new Map([...failures, ...anew.failures]) };
}

interface Found<T> {
  values: Map<string, T>;
  failures: Map<string, HubSpotError>;
}

/** Sorts what could be read from what HubSpot failed to tell; other errors are thrown. */
function split<T>(found: ReadonlyMap<string, T | Error>): Found<T> {
  const values = new Map<string, T>();
  const failures = new Map<string, HubSpotError>();
  for (const [id, value] of found) {
    if (!(value instanceof Error)) values.set(id, value);
    else if (value instanceof HubSpotError) failures.set(id, value);
    else throw value;
  }
  return { values, failures };
}

/** {@link countSeats} past the cache, and into it: for whoever writes the counts. */
export async function recountSeats(deps: Deps, examIds: readonly string[]): Promise<SeatCounts> {
  const reading = deps.cache.begin();
  const known = await readSeats(deps, split<readonly string[]>(await readBookingIds(deps, examIds)));
  for (const [examId, seats] of known.seats) reading.keep(seatsKey(examId), seats);
  return toCounts(deps, known);
}

async function toCounts(deps: Deps, { seats, failures }: ExamSeats): Promise<SeatCounts> {
  return { taken: await overlaySeats(deps, seats), failures };
}

/** The booking ids that HubSpot links to exams: one call, or none where they have just been read. */
async function getBookingIds(deps: Deps, examIds: readonly string[]) {
  const load = async (missing: readonly string[]) => readBookingIds(deps, missing);
  const maxAgeMs = JUST_READ_MS;
  return split(await deps.cache.fetchMany<readonly string[]>(examIds, examBookingIdsKey, load, { maxAgeMs }));
}

async function readBookingIds(
  deps: Deps,
  examIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[] | HubSpotError>> {
  const { mockExams, bookings } = deps.config.objectTypes;
  const linked = outcomes(await deps.hubspot.batchGetAssociations(mockExams, examIds, bookings), [] as string[]);
  const all = [...linked].map(async ([id, ids]) => {
    const complete = ids instanceof HubSpotError ? ids : await overlayBookingIds(deps, ['exam', id], ids);
    return [id, complete] as const;
  });
  return new Map(await Promise.all(all));
}

/** Reads the bookings of exams, as far as their ids could be read: one call per 100. */
async function readSeats(deps: Deps, lists: Found<readonly string[]>): Promise<ExamSeats> {
  const read = await readSeatsOf(deps, lists.values);
  return { seats: read.seats, failures: new Map([...lists.failures, ...read.failures]) };
}

/** Reads the status of every booking of exams whose booking ids are known: one call per 100, always. */
export async function readSeatsOf(deps: Deps, idsByExam: ReadonlyMap<string, readonly string[]>): Promise<ExamSeats> {
  const ids = [...idsByExam.values()].flat();
  const read = await deps.hubspot.batchReadObjects(deps.config.objectTypes.bookings, ids, SEAT_PROPERTIES);
  const seats = new Map(read.results.entries().map(([id, record]) => [id, toSeat(record)]));
  await noteRead(deps, seats);
  const known: ExamSeats = { seats: new Map(), failures: new Map() };
  for (const [examId, bookingIds] of idsByExam) {
    const failure = bookingIds.map((id) => read.failures.get(id)).find((error) => error !== undefined);
    if (failure) known.failures.set(examId, failure);
    else known.seats.set(examId, seatsOf(bookingIds, seats, await madeLately(deps, examId)));
  }
  return known;
}

/** A booking that HubSpot does not know holds no seat, unless it was made here a moment ago; merged ones are one. */
function seatsOf(
  bookingIds: readonly string[],
  seats: ReadonlyMap<string, BookingSeat>,
  lately: ReadonlySet<string>,
): BookingSeat[] {
  const known = bookingIds.flatMap((id) => {
    const gone: BookingSeat = { id, holdsSeat: false, updatedAtMs: 0, createdAtMs: 0 };
    return seats.get(id) ?? (lately.has(id) ? [] : gone);
  });
  return [...new Map(known.map((seat) => [seat.id, seat])).values()];
}
