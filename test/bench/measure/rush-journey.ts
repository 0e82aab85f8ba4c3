import type { SessionFacts } from '../accounts/sessions.ts';
import type { TestStudent } from '../../support/account-builder.ts';
import { availableRequest, createRequest, creditsRequest, listRequest } from '../scenarios/requests.ts';
import { send, type WireAnswer, type WireRequest } from './wire.ts';

/** What is known at any moment of one session's sale, to judge the answers about it by. */
export interface Sale {
  session: SessionFacts;
  /** Booking requests sent. */
  wanted: number;
  /** 201s received. */
  booked: number;
  /** EXAM_FULLs received. */
  refused: number;
}

/** How a student's visit went. */
export interface Journey {
  outcome: 'booked' | 'full' | 'failed';
  /** The step that failed and how it was answered, such as `available 429 RATE_LIMITED`. */
  failure: string | undefined;
  /** Answers that were not true. */
  wrong: string[];
  /** Statuses of all answers. */
  statuses: number[];
  latencyMs: number;
  /** How long the booking request took; undefined when it was never sent. */
  bookingMs: number | undefined;
}

interface Visit extends Journey {
  student: TestStudent;
  sale: Sale;
  ask: (request: WireRequest) => Promise<WireAnswer>;
}

/** A visit ends here; the reason is in the visit. */
class VisitEnded extends Error {}

/**
 * One student's visit: signs in, looks at the sessions, books, looks at the list. It ends with the first failure, as for
 * somebody at a page that says "something went wrong". Every answer is held against what can be true at that moment.
 */
export async function visit(
  urls: readonly string[],
  student: TestStudent,
  sale: Sale,
  address: string,
): Promise<Journey> {
  const statuses: number[] = [];
  let order = urls;
  const ask = async (request: WireRequest) => {
    // Every request goes to the next instance, as behind a load balancer.
    const [url = '', ...others] = order;
    order = [...others, url];
    const answer = await send(url, { ...request, headers: { ...request.headers, 'X-Forwarded-For': address } });
    statuses.push(answer.status);
    return answer;
  };
  const startedAt = performance.now();
  const empty = { failure: undefined, wrong: [], latencyMs: 0, bookingMs: undefined };
  const state: Visit = { ...empty, outcome: 'failed', statuses, student, sale, ask };
  try {
    await signIn(state);
    await lookAtSessions(state);
    const booking = await book(state);
    await lookAtList(state, booking);
  } catch (error) {
    if (!(error instanceof VisitEnded)) throw error;
    state.outcome = 'failed';
  }
  const { outcome, failure, wrong, bookingMs } = state;
  return { outcome, failure, wrong, statuses, bookingMs, latencyMs: performance.now() - startedAt };
}

function fail(state: Visit, step: string, { status, body }: WireAnswer): never {
  state.failure = `${step} ${status} ${String(body?.code ?? '')}`.trim();
  throw new VisitEnded(state.failure);
}

function expect(state: Visit, isTrue: boolean, complaint: string): void {
  if (!isTrue) state.wrong.push(complaint);
}

async function signIn(state: Visit): Promise<void> {
  const { student, sale, ask } = state;
  const answer = await ask(creditsRequest(student, sale.session.type));
  if (answer.status !== 200) fail(state, 'validate-credits', answer);
  expect(state, answer.body.data.eligible === true, 'credit not seen');
  expect(state, answer.body.data.contact_id === student.id, 'wrong contact');
}

async function lookAtSessions(state: Visit): Promise<void> {
  const { sale, ask } = state;
  const bookedBefore = sale.booked;
  const answer = await ask(availableRequest(sale.session.type, true));
  if (answer.status !== 200) fail(state, 'available', answer);
  const all = answer.body.data as { mock_exam_id: string; capacity: number; total_bookings: number }[];
  const shown = all.find(({ mock_exam_id: id }) => id === sale.session.id);
  expect(state, shown?.capacity === sale.session.capacity, 'session not shown');
  if (!shown) return;
  expect(state, shown.total_bookings >= bookedBefore, 'sold seats shown as free');
  expect(state, shown.total_bookings <= Math.max(sale.wanted, bookedBefore), 'free seats shown as sold');
}

/** @returns the booking's id; null when the session was full. */
async function book(state: Visit): Promise<string | null> {
  const { student, sale, ask } = state;
  sale.wanted += 1;
  const answer = await ask(createRequest(student, sale.session));
  state.bookingMs = answer.receivedAt - answer.sentAt;
  if (answer.status === 201) {
    sale.booked += 1;
    state.outcome = 'booked';
    return answer.body.data.booking_record_id as string;
  }
  if (answer.body?.code !== 'EXAM_FULL') fail(state, 'create', answer);
  sale.refused += 1;
  state.outcome = 'full';
  return null;
}

async function lookAtList(state: Visit, booking: string | null): Promise<void> {
  const answer = await state.ask(listRequest(state.student));
  if (answer.status !== 200) fail(state, 'list', answer);
  const ids = (answer.body.data.bookings as { id: string }[]).map(({ id }) => id);
  if (booking === null) expect(state, ids.length === 0, 'a booking that was refused is listed');
  else expect(state, ids.length === 1 && ids[0] === booking, 'own booking not listed');
}
