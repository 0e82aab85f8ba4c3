import { success } from '../../../src/http/envelope.ts';
import { route, webhook } from '../../../src/http/route.ts';
import { syncBookings } from '../../../src/webhooks/booking-sync.ts';

/** POST /api/webhooks/booking-sync: does all that cache-invalidation does, too. */
export default route('webhook', {
  POST: webhook(async (app, events) => success(await syncBookings(await app.deps(), events))),
});
