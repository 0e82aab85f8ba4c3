import { setTimeout as realSleep } from 'node:timers/promises';
import { Account } from './account.ts';
import { CallLog, type LoggedCall } from './call-log.ts';
import { badRequest, errorReply, RefusedError, type Reply, unauthenticated } from './errors.ts';
import { type Fault, Faults, isReplacing, type ReplacingFault } from './faults.ts';
import { Limits } from './limits.ts';
import type { Portal } from './portal.ts';
import { PREPDOCTORS_PORTAL } from './prepdoctors-portal.ts';
import { matchRoute, type RouteMatch } from './router.ts';
import {
  DEFAULT_SETTINGS,
  type EmulatorClock,
  type EmulatorSettings,
  mergeSettings,
  type SettingsPatch,
} from './settings.ts';

export interface EmulatorOptions {
  clock?: EmulatorClock;
  settings?: SettingsPatch;
  portal?: Portal;
}

/** Thrown instead of an answer: whoever serves the emulator breaks the connection. */
export class ConnectionBroken extends Error {}

interface ParsedBody {
  value: unknown;
  problem?: string;
}

interface Call {
  match: RouteMatch;
  url: URL;
  body: ParsedBody;
  /** The fault that takes the answer's place. */
  replacing: ReplacingFault | undefined;
}

const REAL_CLOCK: EmulatorClock = { now: () => Date.now(), sleep: async (delayMs) => realSleep(delayMs) };

/** HubSpot's CRM API in memory: the same answers, limits, lags and faults, and a log of every call. */
export class Emulator {
  readonly account: Account;
  readonly settings: EmulatorSettings;
  readonly faults = new Faults();
  readonly log = new CallLog();
  readonly clock: EmulatorClock;
  readonly #limits: Limits;
  #waiting = 0;

  constructor({ clock = REAL_CLOCK, settings, portal = PREPDOCTORS_PORTAL }: EmulatorOptions = {}) {
    this.clock = clock;
    this.settings = mergeSettings(DEFAULT_SETTINGS, settings);
    this.account = new Account(portal, this.settings);
    this.#limits = new Limits(this.settings);
  }

  /** Calls that wait for time to pass: everything else about them has been done. */
  get waitingCount(): number {
    return this.#waiting;
  }

  /**
   * Answers one HTTP request as HubSpot would.
   * @throws {ConnectionBroken} when a fault breaks the connection.
   */
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const match = matchRoute(request.method, url.pathname);
    if (!match) return toResponse(errorReply(404, 'resource not found'));
    const body = parseBody(await request.text());
    const entry = this.#startEntry(match, request.method, url.pathname, body);
    const faults = this.faults.strike(entry);
    const replacing = faults.find(isReplacing);
    try {
      const honest = await this.#answer({ match, url, body, replacing }, request.headers);
      const reply = replacing ? await this.#fail(replacing, request.signal, entry) : distort(honest, faults);
      entry.status = reply.status;
      return toResponse(
        reply,
        faults.some(({ kind }) => kind === 'truncated'),
      );
    } finally {
      entry.finishedAt = this.clock.now();
    }
  }

  #startEntry({ route, params }: RouteMatch, method: string, path: string, body: ParsedBody): LoggedCall {
    const reference = params['objectType'] ?? params['fromObjectType'] ?? '';
    const startedAt = this.clock.now();
    const objectType = this.account.portal.objectTypes.find(
      ({ name, typeId }) => reference === name || reference === typeId,
    );
    const inputs = countInputs(body);
    return this.log.start({
      operation: route.operation,
      method,
      path,
      objectType: objectType?.typeId ?? reference,
      inputs,
      startedAt,
    });
  }

  /** The answer after the call's latency; what it changes is changed half-way through. */
  async #answer({ match, url, body, replacing }: Call, headers: Headers): Promise<Reply> {
    const { kind } = match.route;
    const latencyMs = kind === 'write' ? this.settings.latency.writeMs : this.settings.latency.readMs;
    const token = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1];
    if (!token) return unauthenticated();
    const admission = this.#limits.admit(token, match.route, this.clock.now());
    await this.#wait(latencyMs / 2);
    const carriedOut = !replacing || replacing.afterCommit === true;
    const reply = admission.refusal ?? (carriedOut ? this.#carryOut(match, url, body) : { status: 204 });
    await this.#wait(latencyMs / 2);
    return { ...reply, headers: { ...reply.headers, ...admission.headers } };
  }

  #carryOut({ route, params, dated }: RouteMatch, { searchParams: query }: URL, body: ParsedBody): Reply {
    const { account, settings } = this;
    try {
      if (body.problem !== undefined) throw badRequest(`Invalid input JSON on line 1, column 1: ${body.problem}`);
      return route.handle({ account, settings, now: this.clock.now(), params, query, body: body.value, dated });
    } catch (error) {
      if (error instanceof RefusedError) return error.reply;
      throw error;
    }
  }

  async #fail(fault: ReplacingFault, signal: AbortSignal, entry: LoggedCall): Promise<Reply> {
    switch (fault.kind) {
      case 'hang-up':
        entry.status = 'hang-up';
        throw new ConnectionBroken('the connection was broken');
      case 'hang':
        entry.status = 'hang';
        await this.#waitFor(abortOf(signal));
        throw new ConnectionBroken('the caller gave up');
      case 'html':
        return { status: fault.status ?? 200, body: HTML_PAGE };
      case 'status':
        return { ...errorReply(fault.status, 'injected fault'), ...definedOnly(fault.body, fault.headers) };
    }
  }

  async #wait(delayMs: number): Promise<void> {
    if (delayMs > 0) await this.#waitFor(this.clock.sleep(delayMs));
  }

  async #waitFor(event: Promise<unknown>): Promise<void> {
    this.#waiting += 1;
    try {
      await event;
    } finally {
      this.#waiting -= 1;
    }
  }
}

const HTML_PAGE = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>';

async function abortOf(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}

function definedOnly(body: unknown, headers: Record<string, string> | undefined) {
  return { ...(body === undefined ? {} : { body }), ...(headers ? { headers } : {}) };
}

function countInputs({ value }: ParsedBody): number {
  const inputs = (value as { inputs?: unknown } | null | undefined)?.inputs;
  return Array.isArray(inputs) ? inputs.length : 1;
}

function parseBody(text: string): ParsedBody {
  if (text === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { value: undefined, problem: error instanceof Error ? error.message : 'not JSON' };
  }
}

/** Applies the faults that leave an answer but change it. */
function distort(reply: Reply, faults: readonly Fault[]): Reply {
  const body = reply.body as { results?: Record<string, unknown>[] } | undefined;
  if (!Array.isArray(body?.results)) return reply;
  let { results } = body;
  if (faults.some(({ kind }) => kind === 'shuffled')) results = results.toReversed();
  if (faults.some(({ kind }) => kind === 'no-trace-id')) {
    results = results.map(({ objectWriteTraceId: _dropped, ...rest }) => rest);
  }
  return { ...reply, body: { ...body, results } };
}

function toResponse({ status, body, headers = {} }: Reply, truncated = false): Response {
  if (body === undefined) return new Response(null, { status, headers });
  if (typeof body === 'string')
    return new Response(body, { status, headers: { ...headers, 'Content-Type': 'text/html' } });
  const text = JSON.stringify(body);
  const sent = truncated ? text.slice(0, Math.floor(text.length / 2)) : text;
  return new Response(sent, { status, headers: { ...headers, 'Content-Type': 'application/json;charset=utf-8' } });
}
