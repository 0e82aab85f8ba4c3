import { signV3 } from '../../../src/http/hubspot-signature.ts';
import type { TestStudent } from '../../support/account-builder.ts';
import { BOOKINGS } from '../contestants/shared.ts';
import type { SessionFacts } from '../accounts/sessions.ts';
import type { WireRequest } from '../measure/wire.ts';
import { SECRETS } from '../process/contestant.ts';

/** The requests of the API, as browsers, HubSpot and cron send them. */

function query(fields: Record<string, string | number>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) params.set(name, String(value));
  return params.toString();
}

function login({ studentId, email }: TestStudent) {
  return { student_id: studentId, email };
}

export function listRequest(student: TestStudent, fields: Record<string, string | number> = {}): WireRequest {
  return { method: 'GET', path: `bookings/list?${query({ ...login(student), ...fields })}` };
}

export function detailsRequest(student: TestStudent, booking: string): WireRequest {
  return { method: 'GET', path: `bookings/${booking}?${query(login(student))}` };
}

export function availableRequest(mockType: string, realtime: boolean): WireRequest {
  return { method: 'GET', path: `mock-exams/available?${query({ mock_type: mockType, realtime: String(realtime) })}` };
}

export function capacityRequest(exam: string): WireRequest {
  return { method: 'GET', path: `mock-exams/${exam}/capacity?` };
}

export function creditsRequest(student: TestStudent, mockType: string): WireRequest {
  return { method: 'POST', path: 'mock-exams/validate-credits', body: { ...login(student), mock_type: mockType } };
}

export function createRequest(student: TestStudent, { id, date, type }: Omit<SessionFacts, 'capacity'>): WireRequest {
  const wish = {
    ...login(student),
    mock_exam_id: id,
    contact_id: student.id,
    name: `Student ${student.studentId}`,
    mock_type: type,
    exam_date: date,
    ...(type === 'Clinical Skills' ? { dominant_hand: true } : {}),
  };
  return { method: 'POST', path: 'bookings/create', body: wish };
}

export function cancelRequest(student: TestStudent, booking: string): WireRequest {
  return { method: 'DELETE', path: `bookings/${booking}`, body: login(student) };
}

const CRON_HEADERS = { Authorization: `Bearer ${SECRETS.cron}` };

export function syncRequest(): WireRequest {
  return { method: 'POST', path: 'mock-exams/sync-capacity', body: {}, headers: CRON_HEADERS };
}

export function warmCacheRequest(): WireRequest {
  return { method: 'GET', path: 'cron/warm-cache', headers: CRON_HEADERS };
}

export function healthRequest(): WireRequest {
  return {
    method: 'GET',
    path: 'health?deep=true',
    headers: { Authorization: `Bearer ${SECRETS.monitoring}` },
  };
}

let lastEventId = 0;

/** A HubSpot event that happened at `occurredAt` (epoch milliseconds). */
export function hubSpotEvent(subscriptionType: string, occurredAt: number, facts: Record<string, unknown>) {
  lastEventId += 1;
  return {
    eventId: lastEventId,
    subscriptionId: 7,
    portalId: 46_814_382,
    appId: 55,
    attemptNumber: 0,
    occurredAt: Math.floor(occurredAt),
    subscriptionType,
    ...facts,
  };
}

/** Somebody set a booking's state. */
export function statusEvent(booking: string, isActive: string, occurredAt: number) {
  const facts = { objectId: Number(booking), objectTypeId: BOOKINGS };
  const property = { propertyName: 'is_active', propertyValue: isActive };
  return hubSpotEvent('object.propertyChange', occurredAt, { ...facts, ...property });
}

/** A delivery of events to the API at `baseUrl`, signed as HubSpot signs it. */
export function webhookRequest(baseUrl: string, events: readonly unknown[]): WireRequest {
  const path = 'webhooks/booking-sync';
  const body = JSON.stringify(events);
  const timestamp = String(Date.now());
  const signed = { method: 'POST', url: `${baseUrl}/api/${path}`, body: new TextEncoder().encode(body) };
  const headers = {
    'X-HubSpot-Signature-v3': signV3(SECRETS.webhook, signed, timestamp),
    'X-HubSpot-Request-Timestamp': timestamp,
  };
  return { method: 'POST', path, body, headers };
}

/** The same request, never answered from a cache: what a browser's forced refresh sends. */
export function uncached({ method, path, body, headers = {} }: WireRequest): WireRequest {
  if (method === 'GET') return { method, path: `${path}${path.endsWith('?') ? '' : '&'}_t=1`, headers };
  return { method, path, headers, body: { ...(body as object), _t: 1 } };
}
