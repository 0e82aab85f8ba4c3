import type { Clock } from '../../src/time/clock.ts';
import { signV1, signV3 } from '../../src/http/hubspot-signature.ts';
import type { Answer, World } from './world.ts';

export const SECRET = 'app-client-secret';
const BOOKINGS = '2-50158943';
export const MOCK_EXAMS = '2-50158913';
export const WEBHOOK_ENV = { HUBSPOT_WEBHOOK_SECRET: SECRET, PUBLIC_URL: 'https://api.prepdoctors.example' };

export type RawEvent = Record<string, unknown>;

/** Whose time it is: a world's, or the real one. */
interface Timed {
  clock: Pick<Clock, 'now'>;
}

/** Headers HubSpot sends with a body posted to this path. */
export function signedHeaders(world: Timed, path: string, body: string, secret = SECRET): Record<string, string> {
  const timestamp = String(world.clock.now());
  const url = `${WEBHOOK_ENV.PUBLIC_URL}/api/${path}`;
  const signature = signV3(secret, { method: 'POST', url, body: new TextEncoder().encode(body) }, timestamp);
  return { 'X-HubSpot-Signature-v3': signature, 'X-HubSpot-Request-Timestamp': timestamp };
}

export function v1Headers(body: string, secret = SECRET): Record<string, string> {
  return { 'X-HubSpot-Signature': signV1(secret, new TextEncoder().encode(body)), 'X-HubSpot-Signature-Version': 'v1' };
}

/** Delivers events without moving time: for deliveries side by side, inside `clock.run`. */
export async function sendEvents(world: World, events: unknown, path = 'webhooks/booking-sync'): Promise<Answer> {
  const body = JSON.stringify(events);
  return world.send('POST', path, { body, headers: signedHeaders(world, path, body) });
}

export async function deliver(world: World, events: unknown, path?: string): Promise<Answer> {
  return world.clock.run(async () => sendEvents(world, events, path));
}

let lastEventId = 0;

/** An event as HubSpot sends it, settled long ago unless it is told otherwise. */
export function event(world: Timed, subscriptionType: string, facts: RawEvent): RawEvent {
  lastEventId += 1;
  return {
    eventId: lastEventId,
    subscriptionId: 7,
    portalId: 46_814_382,
    appId: 55,
    occurredAt: world.clock.now() - 10_000,
    subscriptionType,
    attemptNumber: 0,
    ...facts,
  };
}

export function bookingEvent(world: Timed, verb: string, id: string, facts: RawEvent = {}): RawEvent {
  return event(world, `object.${verb}`, { objectId: Number(id), objectTypeId: BOOKINGS, ...facts });
}

export function statusEvent(world: Timed, id: string, isActive: string, facts: RawEvent = {}): RawEvent {
  return bookingEvent(world, 'propertyChange', id, { propertyName: 'is_active', propertyValue: isActive, ...facts });
}

export function linkEvent(world: Timed, bookingId: string, examId: string, facts: RawEvent = {}): RawEvent {
  return event(world, 'object.associationChange', {
    objectTypeId: BOOKINGS,
    fromObjectId: Number(bookingId),
    toObjectId: Number(examId),
    fromObjectTypeId: BOOKINGS,
    toObjectTypeId: MOCK_EXAMS,
    associationRemoved: false,
    ...facts,
  });
}

/** Exams whose stored counts are wrong, with `each` bookings that hold a seat. */
export function drifted(world: World, exams: number, each: number): { exam: string; bookings: string[] }[] {
  const student = world.account.student();
  return Array.from({ length: exams }, () => {
    const exam = world.account.exam({ properties: { total_bookings: 99 } });
    return { exam, bookings: Array.from({ length: each }, () => world.account.booking({ student, exam })) };
  });
}
