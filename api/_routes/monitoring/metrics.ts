import { z } from 'zod';
import { endpoint, route } from '../../../src/http/route.ts';

/** Prometheus' text format, version 0.0.4. */
const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/** GET /api/monitoring/metrics */
export default route('operator', {
  GET: endpoint({
    input: z.object({}),
    limit: 'none',
    run: async (app) => {
      const body = await (await app.monitoring()).prometheusText();
      return { status: 200, body, headers: { 'Content-Type': PROMETHEUS_TEXT } };
    },
  }),
});
