import { createHash } from 'node:crypto';
import { epochMs, sleep } from '../time/clock.ts';
import { KeyReusedError, type OnceResult } from '../consistency/idempotency.ts';
import { madeChange } from '../consistency/seats-taken.ts';
import { waitingFor } from '../request/context.ts';
import type { Deps } from '../wiring/deps.ts';
import { AppError } from '../contract/errors.ts';
import { readContactById } from '../reads/contact.ts';
import { writeThroughBooking } from '../reads/write-through.ts';
import { type Approved, approveBooking, type PlacedBooking } from './approve.ts';
import { confirmByRank } from './confirm.ts';
import { type CreatedBooking, describeCreated } from './created.ts';
import type { CreateBookingInput } from './create-input.ts';
import { writeNote } from './notes.ts';
import { payForBooking } from './pay.ts';
import { placeBooking } from './place.ts';
import { requireBookingsEnabled } from './switch.ts';
import { type BookingIds, undoBooking, withFreshDeadline } from './undo.ts';

/**
 * Books a seat and takes the credit for it: exactly one booking and one deduction, or neither.
 * @param idempotencyKey a repeat with the same key gets the first success again.
 * @throws {AppError} the contract's refusals; `HubSpotError` when HubSpot fails, with nothing left behind or
 * what is left behind in an error line of the log.
 */
export async function createBooking(
  deps: Deps,
  input: CreateBookingInput,
  idempotencyKey: string | null,
): Promise<OnceResult<CreatedBooking>> {
  requireBookingsEnabled(deps);
  const work = async () => {
    await untilPredecessorsShow(deps);
    return deps.locks.withLock(input.student_id, async () => book(deps, input));
  };
  if (idempotencyKey === null) return { value: await work(), repeated: false };
  const fingerprint = createHash('sha256').update(JSON.stringify(input)).digest('hex');
  try {
    return await deps.idempotency.once(`${input.student_id} ${idempotencyKey}`, fingerprint, work);
  } catch (error) {
    if (!(error instanceof KeyReusedError)) throw error;
    const message = 'This idempotency key was already used for another booking';
    throw new AppError('IDEMPOTENCY_KEY_REUSED', message, { cause: error });
  }
}

async function book(deps: Deps, input: CreateBookingInput): Promise<CreatedBooking> {
  const reading = deps.cache.begin();
  const approved = await approveBooking(deps, input);
  const placed = approved.adopted ?? (await placeBooking(deps, input, approved));
  const { booking } = placed;
  return withFreshDeadline(deps, async () => {
    const { contact, exam, reservationId } = approved;
    const ids: BookingIds = { bookingId: booking.id, contactId: contact.id, examId: exam.id };
    await deps.reservations.confirm(reservationId, { ...ids, facts: exam, madeAtMs: epochMs(booking.createdAt) });
    try {
      const payer = await choosePayer(deps, input, approved, placed);
      const after = await payForBooking(deps, payer, { payment: approved.payment, mockType: input.mock_type }, ids);
      writeThroughBooking(deps, contact.id, { others: approved.others, reading }, { booking, facts: exam });
      finish(deps, input, approved, ids);
      return describeCreated(input, approved, { recordId: booking.id, before: payer.credits, after });
    } catch (error) {
      await undoBooking(deps, ids);
      throw error;
    }
  });
}

/** The contact to pay from, read anew where time has passed since it was approved. */
async function choosePayer(deps: Deps, { email }: CreateBookingInput, approved: Approved, placed: PlacedBooking) {
  if (deps.config.confirmBookings) {
    return confirmByRank(deps, { ...approved, recordId: placed.booking.id, email });
  }
  return placed.wasLost ? ((await readContactById(deps, approved.contact.id)) ?? approved.contact) : approved.contact;
}

/** What another process did just before this one began is in no journal, and HubSpot shows it late. */
async function untilPredecessorsShow({ clock, config, startedAtMs }: Deps): Promise<void> {
  const ageMs = clock.monotonicMs() - startedAtMs;
  if (ageMs >= config.consistencyLagMs) return;
  await waitingFor(clock, 'confirmation', async () => sleep(clock, config.consistencyLagMs - ageMs));
}

/** What follows the answer: the displayed count and the note, neither of which can undo a booking. */
function finish(deps: Deps, input: CreateBookingInput, { exam, contact, payment }: Approved, ids: BookingIds): void {
  const lingerMs = deps.config.afterthoughtLingerMs;
  const stored = { examId: exam.id, total: exam.totalBookings, updatedAtMs: exam.updatedAtMs };
  const facts = {
    Date: exam.examDate,
    Location: exam.location ?? undefined,
    Name: input.name,
    'Paid with': payment,
    Booking: ids.bookingId,
  };
  deps.background('count', async () =>
    deps.counts.adjust({ stored, delta: 1, change: madeChange(ids.bookingId) }, lingerMs),
  );
  deps.background('booking note', async () =>
    writeNote(deps, contact.id, `${input.mock_type} mock exam booked`, facts, lingerMs),
  );
}
