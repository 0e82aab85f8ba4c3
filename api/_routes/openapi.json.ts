import { z } from 'zod';
import { endpoint, route } from '../../src/http/route.ts';
import { openApiDocument } from '../../src/reference/document.ts';

/** GET /api/openapi.json */
export default route('public', {
  GET: endpoint({
    input: z.object({}),
    limit: 'none',
    run: async (app, _input, request) => ({
      status: 200,
      body: openApiDocument(app.config.http.publicUrl ?? new URL(request.url).origin),
    }),
  }),
});
