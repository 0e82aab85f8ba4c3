import { enrollmentKey } from '../cache/keys.ts';
import { TIMED_OUT, waitAtMost } from '../time/clock.ts';
import { withDeadline } from '../request/context.ts';
import type { Deps } from '../wiring/deps.ts';
import { HubSpotError, isTransient } from '../hubspot/errors.ts';
import { type Enrollment, ENROLLMENT_PROPERTIES, registeredEnrollmentOf, toEnrollment } from '../records/enrollment.ts';

/** A look-up that the answer did not wait for may still take this long, for the next answer's sake. */
const LOOK_UP_MS = 2000;

/**
 * The contact's current enrollment, through the cache, best effort: null when there is none, and also when HubSpot's
 * search does not tell within the configured wait or HubSpot's limits are needed for more: it must neither fail nor
 * delay an answer.
 */
export async function findEnrollment(deps: Deps, contactId: string): Promise<Enrollment | null> {
  const waitMs = deps.config.enrollmentWaitMs;
  if (waitMs === 0) return null;
  const known = deps.cache.get(enrollmentKey(contactId));
  if (known) return known.enrollment;
  if (!deps.hubspot.canSpareSearch) return null;
  const lookUp = attempt(deps, contactId);
  deps.background('enrollment look-up', async () => lookUp);
  const enrollment = await waitAtMost(deps.clock, waitMs, lookUp);
  return enrollment === TIMED_OUT ? null : enrollment;
}

async function attempt(deps: Deps, contactId: string): Promise<Enrollment | null> {
  try {
    const { enrollment } = await deps.cache.fetch(enrollmentKey(contactId), async () => ({
      enrollment: await withDeadline(deps.clock.monotonicMs(), LOOK_UP_MS, async () => readEnrollment(deps, contactId)),
    }));
    return enrollment;
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    deps.log[isTransient(error) ? 'info' : 'error']('enrollment left out', { reason: error.message });
    return null;
  }
}

async function readEnrollment(deps: Deps, contactId: string): Promise<Enrollment | null> {
  const [record] = await deps.hubspot.search(deps.config.objectTypes.enrollments, {
    filters: registeredEnrollmentOf(contactId),
    properties: ENROLLMENT_PROPERTIES,
    limit: 1,
    maxResults: 1,
  });
  return record ? toEnrollment(record, deps.recordContext) : null;
}
