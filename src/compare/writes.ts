import { z } from 'zod';
import { type Api, NoAnswerError, type Timed } from './api.ts';
import type { ReplayRequest } from './lines.ts';

const Login = z.looseObject({ student_id: z.string(), email: z.string() });
const Made = z.looseObject({ data: z.looseObject({ booking_record_id: z.string() }) });

/** Whom a request is for; null when its body does not tell. */
export function studentOf(body: string | undefined): string | null {
  return body === undefined ? null : (Login.safeParse(JSON.parse(body)).data?.student_id ?? null);
}

/**
 * Books, and cancels the booking again: the other API finds the account as this one did.
 * @returns the answer to the booking, with the cancelling's status and what it says of itself.
 * @throws {NoAnswerError} also when the booking could not be cancelled: somebody has to look.
 */
export async function createAndUndo(api: Api, request: ReplayRequest): Promise<Timed> {
  const created = await api.ask(request);
  const id = Made.safeParse(created.body).data?.data.booking_record_id;
  if (created.status !== 201 || id === undefined) return created;
  const { student_id, email } = Login.parse(JSON.parse(request.body ?? '{}'));
  const body = JSON.stringify({ student_id, email, reason: 'comparison of two APIs' });
  const cancelled = await api.ask({ method: 'DELETE', path: `/api/bookings/${id}`, body });
  if (cancelled.status !== 200) throw new NoAnswerError('a booking was made and could not be cancelled');
  const { status, body: told } = cancelled;
  return { ...created, body: { ...(created.body as object), cancelling: { status, told } } };
}
