import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../contract/errors.ts';
import { requiredText } from '../contract/fields.ts';
import type { App } from './app.ts';
import { carriesBearer, equalInConstantTime } from './bearer.ts';
import { type Reply, success } from './envelope.ts';

const COOKIE = 'monitoring';
/** Milliseconds after which an operator signs in again. */
const SESSION_MS = 12 * 3_600_000;
const PATH = '/api/monitoring';
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Lets in whoever has the monitoring token, in the header or by a session opened with it. Without a token set nobody is
 * let in, unless only the emulator could be watched.
 * @throws {AppError} `UNAUTHORIZED`
 * @throws {TooManyRequestsError} after ten wrong tokens from one address within five minutes.
 */
export async function requireOperator(app: App, request: Request): Promise<void> {
  const { monitoringToken } = app.config.http;
  if (app.config.overEmulator && !monitoringToken) return;
  if (hasSession(app, request)) return;
  // Who shows nothing guesses nothing.
  if (!request.headers.has('authorization')) throw unauthorized();
  await app.rateLimits.guessing(addressOf(request), async () => {
    if (!carriesBearer(request, monitoringToken)) throw unauthorized();
  });
}

export const OpenSessionInput = z.object({ token: requiredText('Token') });

/** Opens a session for a browser, which sends no header by itself. @throws like {@link requireOperator}. */
export async function openSession(
  app: App,
  { token }: z.infer<typeof OpenSessionInput>,
  request: Request,
): Promise<Reply> {
  const { monitoringToken } = app.config.http;
  await app.rateLimits.guessing(addressOf(request), async () => {
    if (!monitoringToken || !equalInConstantTime(token, monitoringToken.reveal())) throw unauthorized();
  });
  const expiresAtMs = app.clock.now() + SESSION_MS;
  const cookie = setCookie(request, `${expiresAtMs}.${signatureOf(app, expiresAtMs)}`, SESSION_MS / 1000);
  return { ...success({ expires_at: new Date(expiresAtMs).toISOString() }, 'Signed in'), headers: cookie };
}

/** Ends it in this browser. */
export async function closeSession(_app: App, _input: object, request: Request): Promise<Reply> {
  return { ...success({}, 'Signed out'), headers: setCookie(request, '', 0) };
}

function unauthorized(): AppError {
  return new AppError('UNAUTHORIZED', 'This endpoint requires the monitoring token');
}

function addressOf(request: Request): string {
  return request.headers.get('x-real-ip') ?? 'unknown';
}

/** Plain HTTP carries the cookie on this machine only. */
function setCookie(request: Request, value: string, maxAgeSeconds: number): Record<string, string> {
  const { protocol, hostname } = new URL(request.url);
  const isForwarded = request.headers.get('x-forwarded-proto') === 'https';
  const isPlain = protocol === 'http:' && LOOPBACK.test(hostname) && !isForwarded;
  const attributes = [`Path=${PATH}`, `Max-Age=${maxAgeSeconds}`, 'HttpOnly', 'SameSite=Strict'];
  return { 'Set-Cookie': [`${COOKIE}=${value}`, ...attributes, ...(isPlain ? [] : ['Secure'])].join('; ') };
}

function hasSession(app: App, request: Request): boolean {
  const cookies = (request.headers.get('cookie') ?? '').split(/; */);
  const value = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  const [expires = '', signature = ''] = value?.split('.') ?? [];
  if (!app.config.http.monitoringToken || !/^\d{1,15}$/.test(expires)) return false;
  return Number(expires) > app.clock.now() && equalInConstantTime(signature, signatureOf(app, Number(expires)));
}

/** Another token ends all sessions. */
function signatureOf({ config }: App, expiresAtMs: number): string {
  const key = config.http.monitoringToken?.reveal() ?? '';
  return createHmac('sha256', key).update(`session until ${expiresAtMs}`).digest('base64url');
}
