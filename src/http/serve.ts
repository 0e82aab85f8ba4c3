import { currentContext, newContext, type RequestContext, runInContext, waitingFor } from '../request/context.ts';
import { AppError } from '../contract/errors.ts';
import { StudentId } from '../contract/fields.ts';
import type { App } from './app.ts';
import { carriesBearer } from './bearer.ts';
import { corsHeaders } from './cors.ts';
import { failure, type Reply } from './envelope.ts';
import { toFailure } from './failures.ts';
import { requireOperator } from './operator.ts';
import { type RawInput, readFields, readParameters } from './input.ts';
import type { Caller } from './rate-limits.ts';
import type { Endpoint, Method, Route } from './route.ts';
import { serverTiming, usageFields } from './server-timing.ts';
import { readTraceParent } from './trace-parent.ts';

export type LoadRoute = () => Promise<{ default: Route }>;

export interface MatchedRoute {
  /** The URL pattern, for logs and limits; `none` when no route fits. */
  pattern: string;
  params: Record<string, string>;
  /** Brings what answers it; undefined when no route fits. */
  load?: LoadRoute;
}

/** Serves one request: whatever happens, the caller gets the contract's envelope and headers, and the log one line. */
export async function serve(app: App, matched: MatchedRoute, request: Request): Promise<Response> {
  const trace = readTraceParent(request.headers);
  const context = newContext(app.clock.monotonicMs(), app.config.http.studentDeadlineMs, trace && { trace });
  context.usage.isTraced = app.config.monitoring.otlp !== null;
  return runInContext(context, async () => {
    const startedMs = app.clock.monotonicMs();
    let route: Route | undefined;
    let reply: Reply;
    try {
      route = (await waitingFor(app.clock, 'start', async () => matched.load?.()))?.default;
      context.deadlineAt = app.clock.monotonicMs() + deadlineMsOf(app, route);
      if (route?.audience === 'webhook' || route?.audience === 'cron') context.priority = 'background';
      reply = await answer(app, { ...matched, route }, request);
    } catch (error) {
      reply = toFailure(error, app.log);
    }
    const durationMs = app.clock.monotonicMs() - startedMs;
    const served = { reply, durationMs, context };
    tell(app, matched.pattern, request, served);
    return toResponse(app, route, request, served);
  });
}

function deadlineMsOf({ config }: App, route: Route | undefined): number {
  return route?.audience === 'cron' ? config.http.cronDeadlineMs : config.http.studentDeadlineMs;
}

async function answer(
  app: App,
  { route, pattern, params }: MatchedRoute & { route: Route | undefined },
  request: Request,
): Promise<Reply> {
  if (request.method === 'OPTIONS') return { status: 200, body: undefined };
  const address = request.headers.get('x-real-ip') ?? 'unknown';
  const endpoint = route && endpointFor(route, request.method);
  app.rateLimits.admitAddress(address, endpoint?.limit ?? 'none');
  if (!route) throw new AppError('NOT_FOUND', 'Endpoint not found');
  if (!endpoint) return methodNotAllowed(route);
  await requireAccess(app, route, request);
  const { id: _inQueryOrBody, ...given } = await readRaw(app, route, request);
  // Ids of records stand in the path alone.
  const raw = { ...given, ...params };
  noteCacheWish(raw, request);
  const caller: Caller = { address, studentId: StudentId.safeParse(raw['student_id']).data };
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  app.rateLimits.admit(endpoint.limit, `${method} ${pattern}`, caller);
  return asLogin(app, endpoint, caller, async () => endpoint.handle(app, raw, request));
}

/** Holds one of the caller's places for undecided logins until it is known whether this one fails. */
async function asLogin(app: App, { limit }: Endpoint, caller: Caller, work: () => Promise<Reply>): Promise<Reply> {
  const context = currentContext();
  const deadlineAt = context?.deadlineAt ?? app.clock.monotonicMs();
  const wait = async () => app.rateLimits.beginLogin(limit, caller, deadlineAt);
  const login = await waitingFor(app.clock, 'login', wait);
  if (context) context.loginPassed = login.passed;
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && error.isFailedLogin) login.failed();
    throw error;
  } finally {
    login.passed();
  }
}

/** Scheduled calls carry the secret; without one set they are refused, unless only the emulator could be harmed. */
async function requireAccess(app: App, { audience }: Route, request: Request): Promise<void> {
  const { config } = app;
  if (audience === 'operator') return requireOperator(app, request);
  if (audience !== 'cron' || carriesBearer(request, config.http.cronSecret)) return;
  if (config.overEmulator && !config.http.cronSecret) return;
  throw new AppError('UNAUTHORIZED', 'This endpoint requires the cron secret');
}

/** HEAD is answered as GET without its body, but starts no scheduled work. */
function endpointFor({ methods, audience }: Route, method: string): Endpoint | undefined {
  const name = method === 'HEAD' && audience !== 'cron' ? 'GET' : method;
  return Object.hasOwn(methods, name) ? methods[name as Method] : undefined;
}

/** A webhook's body is left alone: its signature is over the bytes. */
async function readRaw({ clock, config }: App, route: Route, request: Request): Promise<RawInput> {
  if (route.audience === 'webhook') return {};
  if (request.method === 'GET' || request.method === 'HEAD') return readParameters(new URL(request.url).searchParams);
  return readFields(clock, request, config.http.studentBodyLimitBytes);
}

/** `force=true`, or `_t` with any value or none, in body or query, asks for an answer that does not come from the cache. */
function noteCacheWish({ force, _t: time }: RawInput, request: Request): void {
  const context = currentContext();
  const query = new URL(request.url).searchParams;
  const isWish = String(force) === 'true' || time !== undefined || query.get('force') === 'true' || query.has('_t');
  if (context) context.bypassCache = isWish;
}

function methodNotAllowed(route: Route): Reply {
  const reply = failure(405, 'METHOD_NOT_ALLOWED', 'Method not allowed');
  const methods = Object.keys(route.methods).flatMap((method) =>
    method === 'GET' && route.audience !== 'cron' ? ['GET', 'HEAD'] : [method],
  );
  return { ...reply, headers: { ...reply.headers, Allow: [...methods, 'OPTIONS'].join(', ') } };
}

interface Served {
  reply: Reply;
  durationMs: number;
  context: RequestContext;
}

/** One line of the log, and one signal for whoever counts. */
function tell(app: App, route: string, { method }: Request, { reply, durationMs, context }: Served): void {
  const { log, clock, telemetry } = app;
  const { status, body } = reply;
  const code = typeof body === 'string' ? undefined : (body as { code?: string } | undefined)?.code;
  log[status >= 500 ? 'error' : 'info']('request', {
    method,
    route,
    status,
    code,
    durationMs: Math.round(durationMs),
    ...usageFields(context.usage, clock.monotonicMs()),
  });
  telemetry.note({
    kind: 'request',
    request: { method, route, status, code, endedAtMs: clock.now(), durationMs, context },
  });
  app.answered();
}

function toResponse(
  app: App,
  route: Route | undefined,
  request: Request,
  { reply, durationMs, context }: Served,
): Response {
  const { usage, requestId } = context;
  const cors =
    route && route.audience !== 'student'
      ? {}
      : corsHeaders(request.headers.get('origin'), app.config.http.allowedOrigins);
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestId,
    'Server-Timing': serverTiming(usage, app.clock.monotonicMs(), durationMs),
    ...cors,
    ...reply.headers,
  };
  const { body, status } = reply;
  if (request.method === 'HEAD' || body === undefined) return new Response(null, { status, headers });
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
}
