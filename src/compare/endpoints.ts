/** How a request can be replayed: as often as one likes, only with care, or not at all. */
type Replay = 'read' | 'write' | 'never';

export interface Endpoint {
  /** Such as `GET /api/bookings/{id}`. */
  name: string;
  replay: Replay;
}

const ENDPOINTS: [name: string, replay: Replay][] = [
  ['GET /api/bookings/list', 'read'],
  ['GET /api/bookings/{id}', 'read'],
  ['GET /api/mock-exams/available', 'read'],
  ['GET /api/mock-exams/{id}/capacity', 'read'],
  ['POST /api/mock-exams/validate-credits', 'read'],
  ['GET /api/health', 'read'],
  ['POST /api/bookings/create', 'write'],
  // A cancelling is compared with the booking that it undoes.
  ['DELETE /api/bookings/{id}', 'never'],
  ['GET /api/mock-exams/sync-capacity', 'never'],
  ['POST /api/mock-exams/sync-capacity', 'never'],
  ['POST /api/webhooks/booking-sync', 'never'],
  ['POST /api/webhooks/cache-invalidation', 'never'],
  ['GET /api/cron/warm-cache', 'never'],
];

const PATTERNS = ENDPOINTS.map(([name, replay]) => {
  const pattern = name.replaceAll(/[.]/g, '\\.').replaceAll('{id}', '[^/]+');
  return { endpoint: { name, replay }, pattern: new RegExp(`^${pattern}$`) };
});

/** @returns null for a request that no endpoint is known for: whether it writes is not known either. */
export function endpointOf(method: string, pathname: string): Endpoint | null {
  // Literal paths stand before those with an id.
  return PATTERNS.find(({ pattern }) => pattern.test(`${method} ${pathname}`))?.endpoint ?? null;
}
