import { Account } from './account.ts';
import { CallLog, type LoggedCall } from './call-log.ts';
import {
  badRequest,
  errorReply,
  notFound,
  notImplemented,
  RefusedError,
  type Reply,
  unauthenticated,
} from './errors.ts';
import { type Fault, Faults, isPaging, isReplacing, type LostCommit, type ReplacingFault } from './faults.ts';
import { LateCommits } from './late-commits.ts';
import { appOf } from './history.ts';
import { Limits } from './limits.ts';
import type { Portal } from './portal.ts';
import { PREPDOCTORS_PORTAL } from './prepdoctors-portal.ts';
import { addFailures, splitBatch } from './partial.ts';
import { countInputs, parseBody, type ParsedBody } from './request-body.ts';
import { definedOnly, distort, HTML_PAGE, toResponse } from './responses.ts';
import { isEnded, matchRoute, type RouteMatch } from './router.ts';
import { WebhookSender } from './webhooks/sender.ts';
import {
  DEFAULT_SETTINGS,
  type EmulatorClock,
  type EmulatorSettings,
  mergeSettings,
  REAL_CLOCK,
  type SettingsPatch,
} from './settings.ts';

export interface EmulatorOptions {
  clock?: EmulatorClock;
  settings?: SettingsPatch;
  portal?: Portal;
}

/** Thrown instead of an answer: whoever serves the emulator breaks the connection. */
export class ConnectionBroken extends Error {}

interface Call {
  match: RouteMatch;
  url: URL;
  body: ParsedBody;
  entry: LoggedCall;
  /** Undefined where none was given. */
  token: string | undefined;
  faults: readonly Fault[];
  /** That of them which takes the answer's place. */
  replacing: ReplacingFault | undefined;
}

/** Reads that tell of the recycle bin where they are asked to. */
const SHOWS_ARCHIVED = new Set(['objects.get', 'objects.list', 'objects.batchRead']);

/** HubSpot's CRM API in memory: the same answers, limits, lags and faults, and a log of every call. */
export class Emulator {
  readonly account: Account;
  readonly settings: EmulatorSettings;
  readonly faults = new Faults();
  readonly log = new CallLog();
  readonly webhooks: WebhookSender;
  readonly clock: EmulatorClock;
  #limits: Limits;
  #restore: (() => void) | undefined;
  readonly #late: LateCommits;
  #waiting = 0;

  constructor({ clock = REAL_CLOCK, settings, portal = PREPDOCTORS_PORTAL }: EmulatorOptions = {}) {
    this.clock = clock;
    this.settings = mergeSettings(DEFAULT_SETTINGS, settings);
    this.webhooks = new WebhookSender({ clock, settings: this.settings, portalId: portal.id });
    this.account = new Account(portal, this.settings, (change) => this.webhooks.note(change));
    this.#limits = new Limits(this.settings);
    this.#late = new LateCommits(clock);
  }

  /** Calls that wait for time to pass: everything else about them has been done. */
  get waitingCount(): number {
    return this.#waiting;
  }

  /** Calls still to be carried out although their answer is lost: they are not under way, nobody waits for them. */
  get lateCount(): number {
    return this.#late.pendingCount;
  }

  /** Takes down records, associations and properties as they are now, for {@link reset}. */
  snapshot(): void {
    this.#restore = this.account.save();
  }

  /** Goes back to the last snapshot, and forgets calls, limits and faults. @returns false where there is no snapshot. */
  reset(): boolean {
    if (!this.#restore) return false;
    this.#restore();
    this.#limits = new Limits(this.settings);
    this.faults.clear();
    this.log.clear();
    return true;
  }

  /** Resolves once every such call has been carried out. */
  async settled(): Promise<void> {
    await this.#late.settled();
  }

  /**
   * Answers one HTTP request as HubSpot would.
   * @throws {ConnectionBroken} when a fault breaks the connection.
   */
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const match = matchRoute(request.method, url.pathname);
    if (isEnded(url.pathname, this.settings.ended)) return toResponse(notFound().reply);
    if (!match) return toResponse(notImplemented(`${request.method} ${url.pathname}`).reply);
    const body = parseBody(await request.text());
    const entry = this.#startEntry(match, request.method, url.pathname, body);
    const faults = this.faults.strike(entry);
    const replacing = faults.find(isReplacing);
    try {
      const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
      const honest = await this.#answer({ match, url, body, entry, token, faults, replacing });
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

  /** The answer after the call's latency; what it changes is changed half-way through, unless a fault delays that. */
  async #answer(call: Call): Promise<Reply> {
    const { route } = call.match;
    const { writeMs, readMs } = this.settings.latency;
    const halfMs = (route.kind === 'write' ? writeMs : readMs) / 2;
    const slow = call.faults.find((fault) => fault.kind === 'slow');
    const [beforeMs, afterMs] = [halfMs + (slow?.beforeMs ?? 0), halfMs + (slow?.afterMs ?? 0)];
    if (!call.token) return unauthenticated();
    const admission = this.#limits.admit(call.token, route, this.clock.now());
    await this.#wait(beforeMs);
    const reply = admission.refusal ?? this.#commit(call, afterMs);
    await this.#wait(afterMs);
    return { ...reply, headers: { ...reply.headers, ...admission.headers(this.clock.now()) } };
  }

  /** Carries the call out, or the part of it that no fault holds up. */
  #commit(call: Call, untilAnswerMs: number): Reply {
    if (call.replacing) return this.#commitUnheard(call, call.replacing, untilAnswerMs);
    const fault = call.faults.find((each) => each.kind === 'partial');
    const split = fault && splitBatch(call.body.value, fault);
    if (!split) return this.#carryOut(call);
    const reply = this.#carryOut({ ...call, body: { value: split.rest } });
    this.#commitUnheard({ ...call, body: { value: split.failing } }, fault, untilAnswerMs);
    return addFailures(reply, split.failing.inputs, fault, call.match, this.clock.now());
  }

  /** Carries out what the caller is not told about: now, late, or never. */
  #commitUnheard(call: Call, { commitAfterMs }: LostCommit, untilAnswerMs: number): Reply {
    if (commitAfterMs === 0) return this.#carryOut(call);
    if (commitAfterMs !== undefined) this.#late.add(untilAnswerMs + commitAfterMs, () => void this.#carryOut(call));
    return { status: 204 };
  }

  #carryOut({ match: { route, params, dated }, url, body, entry, token = '', faults }: Call): Reply {
    const { account, settings } = this;
    const now = this.clock.now();
    entry.carriedOutAt = now;
    const write = { source: appOf(token), unguarded: faults.some(({ kind }) => kind === 'unguarded') };
    const pagingFault = faults.find(isPaging)?.kind;
    const query = url.searchParams;
    try {
      if (query.get('archived') === 'true' && !SHOWS_ARCHIVED.has(route.operation))
        throw notImplemented('archived=true');
      if (body.problem !== undefined) throw badRequest(`Invalid input JSON on line 1, column 1: ${body.problem}`);
      const callsToday = this.#limits.callsToday(token, now);
      return route.handle({
        account,
        settings,
        now,
        callsToday,
        params,
        query,
        body: body.value,
        write,
        pagingFault,
        dated,
      });
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

async function abortOf(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
