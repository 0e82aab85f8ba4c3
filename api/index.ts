import { waitUntil } from '@vercel/functions';
import { type App, createApp } from '../src/http/app.ts';
import { environmentVariables, readConfig } from '../src/settings/config.ts';
import { notConfigured } from '../src/http/not-configured.ts';
import { createRouter, type RouteTable } from '../src/http/router.ts';
import type { Ports } from '../src/wiring/create-deps.ts';

/**
 * Every URL of the API. Vercel makes a function with a memory of its own out of each file under `api/`, so this is the
 * only one: what the instance holds in memory is shared by all routes.
 */
export const ROUTES: RouteTable = {
  '/api/health': async () => import('./_routes/health.ts'),
  '/api/openapi.json': async () => import('./_routes/openapi.json.ts'),
  '/api/reference': async () => import('./_routes/reference.ts'),
  '/api/bookings/list': async () => import('./_routes/bookings/list.ts'),
  '/api/bookings/create': async () => import('./_routes/bookings/create.ts'),
  '/api/bookings': async () => import('./_routes/bookings/[id].ts'),
  '/api/bookings/[id]': async () => import('./_routes/bookings/[id].ts'),
  '/api/mock-exams/available': async () => import('./_routes/mock-exams/available.ts'),
  '/api/mock-exams/validate-credits': async () => import('./_routes/mock-exams/validate-credits.ts'),
  '/api/mock-exams/sync-capacity': async () => import('./_routes/mock-exams/sync-capacity.ts'),
  '/api/webhooks/booking-sync': async () => import('./_routes/webhooks/booking-sync.ts'),
  '/api/webhooks/cache-invalidation': async () => import('./_routes/webhooks/cache-invalidation.ts'),
  '/api/cron/settle': async () => import('./_routes/cron/settle.ts'),
  '/api/cron/warm-cache': async () => import('./_routes/cron/warm-cache.ts'),
  '/api/monitoring/session': async () => import('./_routes/monitoring/session.ts'),
  '/api/monitoring': async () => import('./_routes/monitoring.ts'),
  '/api/monitoring/data': async () => import('./_routes/monitoring/data.ts'),
  '/api/monitoring/metrics': async () => import('./_routes/monitoring/metrics.ts'),
  '/api/mock-exams/[id]/capacity': async () => import('./_routes/mock-exams/[id]/capacity.ts'),
};

/** What goes on after the answers. */
export const resume: Ports['resume'] = async (deps, debt) => {
  const { resumeDebt } = await import('../src/bookings/resume.ts');
  return resumeDebt(deps, debt);
};

let router: ((request: Request) => Promise<Response>) | undefined;

/** Vercel ends an instance this long after it has told it so, in milliseconds, less what the last log line needs. */
const GRACE_MS = 450;

/** The Vercel function. The instance is built by its first request, so that a wrong setting is answered and logged. */
export default {
  async fetch(request: Request): Promise<Response> {
    try {
      router ??= createRouter(start(), ROUTES);
    } catch (error) {
      return notConfigured(error, (line) => console.error(line));
    }
    return router(request);
  },
};

function start(): App {
  const app = createApp(readConfig(environmentVariables()), { waitUntil, resume });
  process.once('SIGTERM', () => void app.stop(GRACE_MS));
  return app;
}
