import { SyncCapacityInput, syncCapacity } from '../../../src/exams/sync-capacity.ts';
import { success } from '../../../src/http/envelope.ts';
import { endpoint, route } from '../../../src/http/route.ts';

const sync = endpoint({
  input: SyncCapacityInput,
  limit: 'sync',
  async run(app, input) {
    const { data, message } = await syncCapacity(await app.deps(), input);
    return success(data, message);
  },
});

/** GET (for cron) and POST /api/mock-exams/sync-capacity */
export default route('cron', { GET: sync, POST: sync });
