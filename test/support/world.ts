import { resume, ROUTES } from '../../api/index.ts';
import { createApp } from '../../src/http/app.ts';
import { readConfig } from '../../src/settings/config.ts';
import type { Deps } from '../../src/wiring/deps.ts';
import { countRounds, type LoggedCall } from '../../src/emulator/call-log.ts';
import { Emulator } from '../../src/emulator/emulator.ts';
import type { Portal } from '../../src/emulator/portal.ts';
import type { SettingsPatch } from '../../src/emulator/settings.ts';
import { createRouter } from '../../src/http/router.ts';
import { BackgroundWork } from '../../src/request/background-work.ts';
import { createLog } from '../../src/observability/log.ts';
import { AccountBuilder } from './account-builder.ts';
import { checkAnswer } from './answer-check.ts';
import { HUBSPOT_URL } from './hubspot-client.ts';
import { scanLog } from './log-scan.ts';
import type { SharedRedis } from './shared-redis.ts';
import { NOW, VirtualClock } from './virtual-clock.ts';
import { serveInProcess } from './wire.ts';

export interface WorldOptions {
  settings?: SettingsPatch;
  /** Environment variables beside the token. */
  env?: Record<string, string>;
  now?: string;
  /** What several instances share; nothing, unless said otherwise. */
  redis?: SharedRedis;
  /** What the HubSpot account is like; the customer's, unless said otherwise. */
  portal?: Portal;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The parsed JSON body, or the text; loosely typed, since tests look at what is on the wire. */
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

export interface RequestOptions {
  query?: Record<string, string | number>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Longer than any lag: an instance this old need not wait for what its predecessors did. */
const INSTANCE_AGE_MS = 60_000;

/** An API instance over an emulator: what a test talks to. */
export class World {
  readonly clock: VirtualClock;
  readonly emulator: Emulator;
  readonly account: AccountBuilder;
  /** Log lines as JSON text. */
  readonly lines: string[] = [];
  readonly work = new BackgroundWork();
  readonly deps: Deps;
  readonly #handle: (request: Request) => Promise<Response>;

  private constructor(clock: VirtualClock, emulator: Emulator, { handle, deps }: Started) {
    this.clock = clock;
    this.emulator = emulator;
    this.account = new AccountBuilder(emulator);
    scanLog(this);
    this.deps = deps;
    this.#handle = handle;
  }

  static async create({ settings = {}, env = {}, now = NOW, portal, redis }: WorldOptions = {}): Promise<World> {
    const clock = new VirtualClock(Date.parse(now) - INSTANCE_AGE_MS);
    const emulator = new Emulator({ clock, settings, ...(portal ? { portal } : {}) });
    serveInProcess(emulator);
    const world = await World.#start(clock, emulator, { env, redis });
    redis?.goBy(clock);
    clock.jump(INSTANCE_AGE_MS);
    return world;
  }

  /** Another instance over the same HubSpot, begun now: it shares nothing else, but Redis where that is given. */
  async sibling(env: Record<string, string> = {}, redis?: SharedRedis): Promise<World> {
    return World.#start(this.clock, this.emulator, { env, redis });
  }

  static async #start(clock: VirtualClock, emulator: Emulator, begin: Begin): Promise<World> {
    const started = await start(clock, begin);
    const world = new World(clock, emulator, started);
    started.attach(world);
    const others = clock.busy;
    const own = () => world.deps.hubspot.activeCount;
    clock.busy = clock.isShared ? () => others() + own() : () => own() - emulator.waitingCount;
    clock.isShared = true;
    return world;
  }

  /** Sends one request and lets time pass until it is answered. */
  async request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.clock.run(async () => this.send(method, path, options));
  }

  async get(path: string, query: Record<string, string | number> = {}): Promise<Answer> {
    return this.request('GET', path, { query });
  }

  /** Sends without moving time: for requests side by side, inside `clock.run`. */
  async send(method: string, path: string, { query = {}, body, headers = {} }: RequestOptions = {}): Promise<Answer> {
    const url = new URL(`/api/${path}`, 'https://bookings.example.com');
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    return this.#exchange(new Request(url, { method, headers, body: text ?? null }));
  }

  /** {@link send} with a body that arrives bit by bit. */
  async sendStream(path: string, body: ReadableStream, headers: Record<string, string> = {}): Promise<Answer> {
    const url = new URL(`/api/${path}`, 'https://bookings.example.com');
    return this.#exchange(new Request(url, { method: 'POST', headers, body, duplex: 'half' }));
  }

  async #exchange(request: Request): Promise<Answer> {
    const response = await this.#handle(request);
    const { status, headers } = response;
    const received = await response.text();
    const isJson = headers.get('content-type')?.startsWith('application/json') === true && received !== '';
    const body = isJson ? JSON.parse(received) : received || undefined;
    checkAnswer(request, { status, headers, body });
    return { status, headers, body };
  }

  /** Lets work after the answers end, and HubSpot carry out what it is late with. */
  async settle(): Promise<void> {
    await this.clock.run(async () => {
      await this.work.done();
      await this.emulator.settled();
    });
  }

  /** HubSpot calls since the last look, oldest first. */
  takeCalls(): LoggedCall[] {
    const calls = [...this.emulator.log.calls];
    this.emulator.log.clear();
    return calls;
  }

  /** Calls and rounds since the last look, for budgets. */
  takeCost(): { calls: number; rounds: number } {
    const calls = this.takeCalls();
    return { calls: calls.length, rounds: countRounds(calls) };
  }

  /** Log lines of a level, parsed; those that tell of a request as a whole are {@link requests}. */
  logged(level: string): Record<string, unknown>[] {
    return this.lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['level'] === level && line['message'] !== 'request');
  }

  /** The line of each request that was answered, parsed. */
  requests(): Record<string, unknown>[] {
    return this.lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['message'] === 'request');
  }
}

interface Started {
  deps: Deps;
  handle: (request: Request) => Promise<Response>;
  attach: (world: World) => void;
}

interface Begin {
  env: Record<string, string>;
  redis: SharedRedis | undefined;
}

async function start(clock: VirtualClock, { env, redis }: Begin): Promise<Started> {
  let world: World | undefined;
  const config = readConfig({
    HS_PRIVATE_APP_TOKEN: 'pat-test-token',
    HUBSPOT_BASE_URL: HUBSPOT_URL,
    ...redis?.env,
    ...env,
  });
  const app = createApp(config, {
    clock,
    resume,
    startedAtMs: clock.monotonicMs(),
    random: () => 0.5,
    log: createLog(clock, 'debug', (line) => world?.lines.push(line)),
    waitUntil: (promise) => world?.work.waitUntil(promise),
    ...(redis ? { redis: redis.port() } : {}),
  });
  // Code that is loaded while time is moved would come too late.
  const code = [...Object.values(ROUTES), async () => import('../../src/bookings/resume.ts')];
  await Promise.all(code.map(async (load) => load()));
  const attach = (created: World) => {
    world = created;
  };
  return { deps: await app.deps(), handle: createRouter(app, ROUTES), attach };
}
