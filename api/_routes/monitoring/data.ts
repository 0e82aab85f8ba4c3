import { z } from 'zod';
import { endpoint, route } from '../../../src/http/route.ts';
import { readMonitoringData } from '../../../src/monitoring/data.ts';

/** GET /api/monitoring/data */
export default route('operator', {
  GET: endpoint({
    input: z.object({}),
    limit: 'none',
    run: async (app) => ({ status: 200, body: await readMonitoringData(app, await app.monitoring(), app.loaded()) }),
  }),
});
