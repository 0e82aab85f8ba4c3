import { z } from 'zod';
import { endpoint, route } from '../../src/http/route.ts';
import { PAGE } from '../../src/pages/built/dashboard.ts';

/** Public: the page holds nothing but itself, and asks for the figures with the session of whoever looks at it. */
const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': PAGE.policy,
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
};

/** GET /api/monitoring */
export default route('public', {
  GET: endpoint({
    input: z.object({}),
    limit: 'none',
    run: async () => ({ status: 200, body: PAGE.html, headers: HEADERS }),
  }),
});
