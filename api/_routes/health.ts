import { checkHealth, HealthInput } from '../../src/http/health.ts';
import { endpoint, route } from '../../src/http/route.ts';

/** GET /api/health */
export default route('public', {
  GET: endpoint({ input: HealthInput, limit: 'none', run: checkHealth }),
});
