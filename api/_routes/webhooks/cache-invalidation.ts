import { success } from '../../../src/http/envelope.ts';
import { route, webhook } from '../../../src/http/route.ts';
import { invalidateCache } from '../../../src/webhooks/invalidate.ts';

/** POST /api/webhooks/cache-invalidation */
export default route('webhook', {
  POST: webhook(async (app, events) => success(await invalidateCache(await app.deps(), events))),
});
