import { z } from 'zod';
import type { Api, Timed } from './api.ts';
import type { ReplayRequest } from './lines.ts';

const Login = z.looseObject({ student_id: z.string(), email: z.string() });
const Made = z.looseObject({ data: z.looseObject({ booking_record_id: z.string() }) });

/** Whom a request is for; null when its body does not tell. */
export function studentOf(body: string | undefined): string | null {
  return body === undefined ? null : (Login.safeParse(JSON.parse(body)).data?.student_id ?? null);
}

/** A booking of the test student is left in HubSpot, or may be: somebody has to look. */
export class LeftBehindError extends Error {
  override readonly name = 'LeftBehindError';
}

/** @throws {LeftBehindError} when there was no answer: nobody knows what came of it. */
async function askFor(api: Api, request: Parameters<Api['ask']>[0], left: string): Promise<Timed> {
  try {
    return await api.ask(request);
  } catch (error) {
    throw new LeftBehindError(left, { cause: error });
  }
}

/**
 * Books, and cancels the booking again: the other API finds the account as this one did.
 * @returns the answer to the booking, with the cancelling's status and what it says of itself.
 * @throws {LeftBehindError} when a booking was left, or may have been.
 */
export async function createAndUndo(api: Api, request: ReplayRequest): Promise<Timed> {
  const created = await askFor(api, request, `the ${api.name} may have made a booking`);
  const id = Made.safeParse(created.body).data?.data.booking_record_id;
  if (created.status !== 201 || id === undefined) return created;
  const { student_id, email } = Login.parse(JSON.parse(request.body ?? '{}'));
  const body = JSON.stringify({ student_id, email, reason: 'comparison of two APIs' });
  const left = `the ${api.name} made booking ${id}, which could not be cancelled`;
  const cancelled = await askFor(api, { method: 'DELETE', path: `/api/bookings/${id}`, body }, left);
  if (cancelled.status !== 200) throw new LeftBehindError(left);
  const { status, body: told } = cancelled;
  return { ...created, body: { ...(created.body as object), cancelling: { status, told } } };
}
