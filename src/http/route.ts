import type { z } from 'zod';
import type { App } from './app.ts';
import { readBytes } from './body.ts';
import type { Reply } from './envelope.ts';
import { parseInput, type RawInput } from './input.ts';
import type { RateLimitName } from './rate-limits.ts';
import { readSignedEvents } from './webhook-request.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Who calls a route: it decides on CORS, on who is let in, and on how long an answer may take. `operator`: whoever has the
 * monitoring token. `public`: anybody, and not from a booking page.
 */
export type Audience = 'student' | 'webhook' | 'cron' | 'operator' | 'public';

export interface EndpointDefinition<I> {
  /** Checked against the query (GET) or the body (other methods) together with the path's parameters. */
  input: z.ZodType<I>;
  limit: RateLimitName;
  run: (app: App, input: I, request: Request) => Promise<Reply>;
}

export interface Endpoint {
  limit: RateLimitName;
  /** @throws {AppError} `VALIDATION_ERROR`, and whatever the handler throws. */
  handle: (app: App, raw: RawInput, request: Request) => Promise<Reply>;
}

/** A method of a route; the input's type is settled here and unknown to the outside. */
export function endpoint<I>({ input, limit, run }: EndpointDefinition<I>): Endpoint {
  return { limit, handle: async (app, raw, request) => run(app, parseInput(input, raw), request) };
}

/** A method that checks HubSpot's signature over the raw body; it gets the events, each still as it came. */
export function webhook(run: (app: App, events: readonly unknown[]) => Promise<Reply>): Endpoint {
  return {
    limit: 'none',
    handle: async (app, _raw, request) => {
      const body = await readBytes(app.clock, request, app.config.http.webhookBodyLimitBytes);
      return run(app, readSignedEvents(app, request, body));
    },
  };
}

export interface Route {
  audience: Audience;
  methods: Partial<Record<Method, Endpoint>>;
}

/** What a file under `api/_routes/` exports. */
export function route(audience: Audience, methods: Route['methods']): Route {
  return { audience, methods };
}
