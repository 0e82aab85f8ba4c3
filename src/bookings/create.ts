import { createHash } from 'node:crypto';
import type { Debt } from '../consistency/debts.ts';
import { KeyReusedError, type OnceResult } from '../consistency/idempotency.ts';
import { Turn } from '../consistency/turn.ts';
import { AppError } from '../contract/errors.ts';
import { currentContext, waitingFor } from '../request/context.ts';
import { sleep } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { approveBooking, type Asked, duplicateBooking, type Order, readAsked, sessionOf } from './approve.ts';
import { type CreatedBooking, describeCreated } from './created.ts';
import type { CreateBookingInput } from './create-input.ts';
import { settleBooking } from './settle-booking.ts';
import { stillCompleting } from './still-completing.ts';
import { requireBookingsEnabled } from './switch.ts';

/**
 * Books a seat and takes the credit for it: one booking and one deduction, or neither, whenever HubSpot answers. Until the
 * first write has left, every failure is a refusal; from then on the rest is owed, and is carried to its end also after
 * the answer.
 * @param idempotencyKey a repeat with the same key gets the first success again.
 * @throws {AppError} the contract's refusals; `HUBSPOT_UNAVAILABLE` while the booking is still being completed.
 * @throws {HubSpotError} when HubSpot fails, with nothing left behind or what is left behind in an error line of the log.
 */
export async function createBooking(
  deps: Deps,
  input: CreateBookingInput,
  idempotencyKey: string | null,
): Promise<OnceResult<CreatedBooking>> {
  requireBookingsEnabled(deps);
  const work = async () => {
    await untilPredecessorsShow(deps);
    return book(deps, input);
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

/** What another process did just before this one began is in no journal, and HubSpot shows it late. */
async function untilPredecessorsShow({ clock, config, startedAtMs }: Deps): Promise<void> {
  const ageMs = clock.monotonicMs() - startedAtMs;
  if (ageMs >= config.consistencyLagMs) return;
  await waitingFor(clock, 'confirmation', async () => sleep(clock, config.consistencyLagMs - ageMs));
}

async function book(deps: Deps, input: CreateBookingInput): Promise<CreatedBooking> {
  const { asked, debt, isJoined } = await begin(deps, input);
  const deadlineAt = currentContext()?.deadlineAt ?? debt.deadlineAt;
  await deps.debts.ended(debt, deadlineAt - deps.clock.monotonicMs());
  if (debt.end === 'nothing') {
    if (!isJoined) throw debt.error;
    // What this request had joined came to nothing: it is decided by itself.
    return book(deps, input);
  }
  if (isJoined && debt.told !== 'no') throw duplicateBooking();
  if (debt.bookingId === null || debt.stage !== 'crediting') throw stillBeingCompleted(deps, debt);
  debt.told = debt.credited ? 'done' : 'open';
  await deps.debts.save(debt);
  return describeCreated(input, asked, debt);
}

interface Begun {
  asked: Pick<Asked, 'contact' | 'exam'>;
  debt: Debt;
  /** Whether an earlier request of the student began it. */
  isJoined: boolean;
}

/** Decides with the student's turn held, and hands it on to the work on what is owed. */
async function begin(deps: Deps, input: CreateBookingInput): Promise<Begun> {
  const turn = new Turn(deps.locks);
  try {
    const reading = deps.cache.begin();
    await turn.takeLogin(input.student_id, input.email);
    let asked = await readAsked(deps, input, false);
    if (!(await turn.takeContact(asked.contact.id))) asked = await readAsked(deps, input, true);
    const joined = await findUnfinished(deps, asked);
    if (joined) {
      turn.release();
      return { asked, debt: joined, isJoined: true };
    }
    const order = await approve(deps, input, asked);
    const leaveBy = currentContext()?.deadlineAt ?? order.debt.deadlineAt;
    deps.owed('booking', async () => settleBooking(deps, { ...order, reading, leaveBy }, turn));
    return { asked: order, debt: order.debt, isJoined: false };
  } catch (error) {
    turn.release();
    throw error;
  }
}

/** Refusals that say something of the student. */
const OF_THE_STUDENT: readonly unknown[] = ['DUPLICATE_BOOKING', 'INSUFFICIENT_CREDITS'];

/** What was read a moment ago lets a student in, but refuses nobody: before that they are read anew. */
async function approve(deps: Deps, input: CreateBookingInput, asked: Asked): Promise<Order> {
  try {
    return await approveBooking(deps, input, asked);
  } catch (error) {
    const isDoubtful = asked.isRecalled && error instanceof AppError && OF_THE_STUDENT.includes(error.code);
    if (!isDoubtful) throw error;
    return approveBooking(deps, input, await readAsked(deps, input, true));
  }
}

/**
 * The student's booking of the same exam of which they have not been told yet what came of it.
 * @throws {AppError} `HUBSPOT_UNAVAILABLE` while another exam of that day and type may become theirs.
 */
async function findUnfinished(deps: Deps, { contact, exam }: Asked): Promise<Debt | null> {
  const debts = await deps.debts.ofContact(contact.id);
  const untold = debts.filter(({ kind, told }) => kind === 'booking' && told === 'no');
  const joined = untold.find(({ examId, end }) => examId === exam.id && (end === null || end === 'whole'));
  const other = untold.find(({ session, bookingId, end }) => session === sessionOf(exam) && !bookingId && !end);
  const wanted = joined ?? other;
  if (wanted) deps.debts.hurry(wanted);
  if (!joined && other) throw stillBeingCompleted(deps, other);
  return joined ?? null;
}

function stillBeingCompleted(deps: Deps, debt: Debt): AppError {
  const message =
    'Your booking is still being completed. Look at your bookings in a minute; trying again will not book or charge twice.';
  return stillCompleting(deps, debt, message);
}
