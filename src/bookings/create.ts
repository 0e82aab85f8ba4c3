import { REFUSAL_MAX_AGE_MS } from '../cache/policies.ts';
import type { Debt } from '../consistency/debts.ts';
import { KEEP_MS, KeyReusedError, type OnceResult } from '../consistency/idempotency.ts';
import { Turn } from '../consistency/turn.ts';
import { AppError } from '../contract/errors.ts';
import { currentContext } from '../request/context.ts';
import type { Deps } from '../wiring/deps.ts';
import { approveBooking, type Asked, duplicateBooking, type Order, readAsked, sessionOf } from './approve.ts';
import { type CreatedBooking, describeCreated } from './created.ts';
import type { CreateBookingInput } from './create-input.ts';
import { untilAllIsKnown } from './hold-seat.ts';
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
  const wish = { input, request: null };
  const work = async (asked: BookingWish) => {
    await untilAllIsKnown(deps);
    return book(deps, asked);
  };
  if (idempotencyKey === null) return work(wish);
  const fingerprint = deps.seal(JSON.stringify(input));
  const key = deps.seal(`${input.student_id} ${idempotencyKey}`);
  try {
    const once = await deps.idempotency.once(key, fingerprint, async () =>
      work({ input, request: { key, fingerprint } }),
    );
    return { value: once.value.value, repeated: once.repeated || once.value.repeated };
  } catch (error) {
    if (!(error instanceof KeyReusedError)) throw error;
    const message = 'This idempotency key was already used for another booking';
    throw new AppError('IDEMPOTENCY_KEY_REUSED', message, { cause: error });
  }
}

/** What is asked for, and under which idempotency key. */
interface BookingWish {
  input: CreateBookingInput;
  request: Debt['request'];
}

async function book(deps: Deps, wish: BookingWish): Promise<OnceResult<CreatedBooking>> {
  const { input, request } = wish;
  const { asked, debt, isJoined } = await begin(deps, wish);
  const deadlineAt = currentContext()?.deadlineAt ?? debt.deadlineAt;
  await deps.debts.ended(debt, deadlineAt - deps.clock.monotonicMs());
  if (debt.end === 'nothing') {
    if (!isJoined) throw debt.error;
    // What this request had joined came to nothing: it is decided by itself.
    return book(deps, wish);
  }
  const repeated = isJoined && request !== null && debt.request?.key === request.key;
  if (isJoined && debt.told !== 'no' && !repeated) throw duplicateBooking();
  if (debt.bookingId === null || debt.stage !== 'crediting') throw stillBeingCompleted(deps, debt);
  // What another instance carries on it may yet have to undo, unless it is paid.
  if (!deps.debts.isOwn(debt) && !debt.credited) throw stillBeingCompleted(deps, debt);
  debt.told = debt.credited ? 'done' : 'open';
  await deps.debts.save(debt);
  return { value: describeCreated(input, asked, debt), repeated };
}

interface Begun {
  asked: Pick<Asked, 'contact' | 'exam'>;
  debt: Debt;
  /** Whether an earlier request of the student began it. */
  isJoined: boolean;
}

/** Decides with the student's turn held, and hands it on to the work on what is owed. */
async function begin(deps: Deps, { input, request }: BookingWish): Promise<Begun> {
  const turn = new Turn(deps);
  try {
    const reading = deps.cache.begin();
    await turn.takeLogin(input.student_id, input.email);
    const begunAtMs = deps.clock.monotonicMs();
    let asked = await readAsked(deps, input, false);
    const readAtMs = asked.seen ? begunAtMs : begunAtMs - REFUSAL_MAX_AGE_MS;
    if (!(await turn.takeContact(asked.contact.id, readAtMs))) asked = await readAsked(deps, input, true);
    const joined = await findUnfinished(deps, asked, request);
    if (joined) {
      turn.release();
      return { asked, debt: joined, isJoined: true };
    }
    const order = await approve(deps, { input, request }, asked);
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
async function approve(deps: Deps, { input, request }: BookingWish, asked: Asked): Promise<Order> {
  try {
    return await approveBooking(deps, input, asked, request);
  } catch (error) {
    const isDoubtful = asked.seen === null && error instanceof AppError && OF_THE_STUDENT.includes(error.code);
    if (!isDoubtful) throw error;
    return approveBooking(deps, input, await readAsked(deps, input, true), request);
  }
}

/**
 * The student's booking of the same exam of which they have not been told yet what came of it, or the one that was asked
 * for by the same idempotency key.
 * @throws {AppError} `HUBSPOT_UNAVAILABLE` while another exam of that day and type may become theirs.
 * @throws {KeyReusedError}
 */
async function findUnfinished(deps: Deps, { contact, exam }: Asked, request: Debt['request']): Promise<Debt | null> {
  const debts = await deps.debts.ofContact(contact.id);
  const repeated = request && debts.find((debt) => debt.request?.key === request.key && isRemembered(deps, debt));
  if (repeated && repeated.request?.fingerprint !== request.fingerprint) {
    throw new KeyReusedError('the key belongs to another request');
  }
  if (repeated) return repeated;
  const untold = debts.filter(({ kind, told }) => kind === 'booking' && told === 'no');
  const joined = untold.find(({ examId, end }) => examId === exam.id && (end === null || end === 'whole'));
  const other = untold.find(({ session, bookingId, end }) => session === sessionOf(exam) && !bookingId && !end);
  const wanted = joined ?? other;
  if (wanted) deps.debts.hurry(wanted);
  if (!joined && other) throw stillBeingCompleted(deps, other);
  return joined ?? null;
}

/** Whether a booking that succeeded is given again to whoever repeats its idempotency key. */
function isRemembered({ clock }: Deps, { end, endedAtMs }: Debt): boolean {
  return end !== 'nothing' && endedAtMs > clock.monotonicMs() - KEEP_MS;
}

function stillBeingCompleted(deps: Deps, debt: Debt): AppError {
  const message =
    'Your booking is still being completed. Look at your bookings in a minute; trying again will not book or charge twice.';
  return stillCompleting(deps, debt, message);
}
