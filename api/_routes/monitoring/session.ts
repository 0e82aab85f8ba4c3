import { z } from 'zod';
import { closeSession, openSession, OpenSessionInput } from '../../../src/http/operator.ts';
import { endpoint, route } from '../../../src/http/route.ts';

/** POST and DELETE /api/monitoring/session */
export default route('public', {
  POST: endpoint({ input: OpenSessionInput, limit: 'none', run: openSession }),
  DELETE: endpoint({ input: z.object({}), limit: 'none', run: closeSession }),
});
