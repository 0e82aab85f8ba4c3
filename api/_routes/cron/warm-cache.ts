import { z } from 'zod';
import { endpoint, route } from '../../../src/http/route.ts';
import { warmCache } from '../../../src/cron/warm-cache.ts';

/** GET /api/cron/warm-cache, for Vercel's cron. */
export default route('cron', {
  GET: endpoint({
    input: z.object({}),
    limit: 'none',
    async run(app) {
      return { status: 200, body: { success: true, ...(await warmCache(await app.deps())) } };
    },
  }),
});
