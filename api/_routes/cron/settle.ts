import { z } from 'zod';
import { settleDebts } from '../../../src/cron/settle.ts';
import { endpoint, route } from '../../../src/http/route.ts';

/** GET /api/cron/settle, for Vercel's cron. */
export default route('cron', {
  GET: endpoint({
    input: z.object({}),
    limit: 'none',
    async run(app) {
      return { status: 200, body: { success: true, ...(await settleDebts(await app.deps())) } };
    },
  }),
});
