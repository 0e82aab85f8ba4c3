import { examBookingIdsKey, seatsKey } from '../cache/keys.ts';
import { REFUSAL_MAX_AGE_MS } from '../cache/policies.ts';
import type { FetchOptions } from '../cache/cache-service.ts';
import type { JournalEntry } from '../consistency/journal.ts';
import { changesIn, seatsTaken } from '../consistency/seats-taken.ts';
import type { Deps } from '../wiring/deps.ts';
import { outcomes } from '../hubspot/batch.ts';
import { HubSpotError } from '../hubspot/errors.ts';
import { type BookingSeat, SEAT_PROPERTIES, toSeat } from '../records/booking.ts';
import type { Exam } from '../records/exam.ts';

/** What is known of the bookings of some exams. An exam is in one of the two. */
export interface ExamSeats {
  seats: Map<string, readonly BookingSeat[]>;
  /** Exams of which some booking could not be read: no number may be made of what is left. */
  failures: Map<string, HubSpotError>;
}

/** The seats taken of one exam. */
export interface TakenSeats {
  total: number;
  /** Our own changes that are in it. */
  changes: readonly string[];
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
  const entries = await deps.journal.entriesOfExams([...seats.keys()]);
  const taken = seats.entries().map(([id, bookings]) => {
    const ours = entries.get(id) ?? [];
    return [id, { total: seatsTaken(bookings, ours), changes: changesIn(ours) }] as const;
  });
  return { taken: new Map(taken), failures };
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
  return outcomes(await deps.hubspot.batchGetAssociations(mockExams, examIds, bookings), [] as string[]);
}

/** Reads the bookings of exams, as far as their ids could be read: one call per 100. */
async function readSeats(deps: Deps, lists: Found<readonly string[]>): Promise<ExamSeats> {
  for (const [examId, ids] of lists.values) await deps.journal.linksRead('exam', examId, ids);
  const read = await readSeatsOf(deps, lists.values);
  return { seats: read.seats, failures: new Map([...lists.failures, ...read.failures]) };
}

/** Reads the status of every booking of exams whose linked booking ids are known: one call per 100, always. */
export async function readSeatsOf(
  deps: Deps,
  linkedByExam: ReadonlyMap<string, readonly string[]>,
): Promise<ExamSeats> {
  const ours = await deps.journal.entriesOfExams([...linkedByExam.keys()]);
  const idsByExam = new Map(
    linkedByExam.entries().map(([examId, linked]) => [examId, [...linked, ...madeIds(ours.get(examId) ?? [])]]),
  );
  const ids = [...idsByExam.values()].flat();
  const read = await deps.hubspot.batchReadObjects(deps.config.objectTypes.bookings, ids, SEAT_PROPERTIES);
  const seats = new Map(read.results.entries().map(([id, record]) => [id, toSeat(record)]));
  await deps.journal.shownById(seats.values());
  const known: ExamSeats = { seats: new Map(), failures: new Map() };
  for (const [examId, bookingIds] of idsByExam) {
    const failure = bookingIds.map((id) => read.failures.get(id)).find((error) => error !== undefined);
    if (failure) known.failures.set(examId, failure);
    else known.seats.set(examId, seatsOf(deps, new Set(bookingIds), seats, ours.get(examId) ?? []));
  }
  return known;
}

function madeIds(entries: readonly JournalEntry[]): string[] {
  return entries.flatMap(({ bookingId, made, undone, lost }) =>
    made && !undone && !lost.has('exam') ? bookingId : [],
  );
}

/** A booking that HubSpot does not know holds no seat, unless it was made here a moment ago. */
function seatsOf(
  { clock, config }: Deps,
  bookingIds: Iterable<string>,
  seats: ReadonlyMap<string, BookingSeat>,
  entries: readonly JournalEntry[],
): BookingSeat[] {
  const notBefore = clock.monotonicMs() - config.consistencyLagMs;
  const fresh = new Set(
    entries.flatMap(({ bookingId, made, writtenAtMs }) => (made && writtenAtMs >= notBefore ? bookingId : [])),
  );
  return [...bookingIds].flatMap((id) => {
    const gone: BookingSeat = { id, holdsSeat: false, updatedAtMs: 0, createdAtMs: 0 };
    return seats.get(id) ?? (fresh.has(id) ? [] : gone);
  });
}
