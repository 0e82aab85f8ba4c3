import { z } from 'zod';
import { endpoint, route } from '../../src/http/route.ts';
import { referencePage } from '../../src/reference/page.ts';

/** GET /api/reference */
export default route('public', {
  GET: endpoint({
    input: z.object({}),
    limit: 'none',
    run: async (app, _input, request) => {
      const { html, policy } = referencePage(app.config.http.publicUrl ?? new URL(request.url).origin);
      const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy };
      return { status: 200, body: html, headers };
    },
  }),
});
