import { systemClock } from '../../src/time/clock.ts';
import { Emulator } from '../../src/emulator/emulator.ts';
import { seedAccount, type SeededData } from '../../src/emulator/seed/seed.ts';
import { serveEmulator } from '../../src/emulator/server.ts';
import { AccountBuilder } from '../support/account-builder.ts';
import { type Delivered, deploy } from '../support/deployment.ts';
import type { VercelBuild } from '../support/vercel-build.ts';
import { signedHeaders, WEBHOOK_ENV } from '../support/webhook.ts';

const CRON_SECRET = 'cron-secret';
const MONITORING_TOKEN = 'watch-me';
export const AS_OPERATOR = { Authorization: `Bearer ${MONITORING_TOKEN}` };
export const BEARER = { Authorization: `Bearer ${CRON_SECRET}` };

export interface CallOptions {
  /** For the `[id]` of a pattern. */
  id?: string;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Called extends Omit<Delivered, 'text'> {
  /** The parsed JSON body, or the text; loosely typed, since tests look at what is on the wire. */
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

/** A build as Vercel would run it, over an emulator on a port of its own. */
export class DeployedApi {
  readonly account: AccountBuilder;
  readonly seeded: SeededData;
  /** Route patterns that were called. */
  readonly called = new Set<string>();
  readonly send: Awaited<ReturnType<typeof deploy>>['send'];
  readonly close: () => Promise<void>;

  private constructor(emulator: Emulator, { send, close }: Pick<DeployedApi, 'send' | 'close'>) {
    this.account = new AccountBuilder(emulator);
    this.seeded = seedAccount(emulator.account, Date.now());
    this.send = send;
    this.close = close;
  }

  static async start(build: VercelBuild): Promise<DeployedApi> {
    const limits = { per10Seconds: null, associationsPer10Seconds: null, searchPerSecond: null };
    const emulator = new Emulator({ settings: { limits } });
    const upstream = await serveEmulator(emulator);
    const { send, close } = await deploy(build, {
      VERCEL: '1',
      LOG_LEVEL: 'error',
      HS_PRIVATE_APP_TOKEN: 'emulator',
      HUBSPOT_BASE_URL: upstream.url,
      AFTERTHOUGHT_LINGER_MS: '0',
      CONSISTENCY_LAG_MS: '20',
      CRON_SECRET,
      MONITORING_TOKEN,
      ...WEBHOOK_ENV,
    });
    return new DeployedApi(emulator, {
      send,
      async close() {
        await close();
        await upstream.close();
      },
    });
  }

  /** Calls the route of a pattern such as `/api/bookings/[id]`. */
  async call(method: string, pattern: string, options: CallOptions = {}): Promise<Called> {
    const { id = '', query = {}, body, headers = {} } = options;
    this.called.add(pattern);
    const search = new URLSearchParams(query).toString();
    const path = `${pattern.replace('[id]', id)}${search && `?${search}`}`;
    const given = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const { text, ...answer } = await this.send(method, path, {
      headers,
      ...(given === undefined ? {} : { body: given }),
    });
    const isJson = answer.headers.get('content-type')?.startsWith('application/json');
    return { ...answer, body: isJson ? (JSON.parse(text) as unknown) : text };
  }

  /** Posts events as HubSpot signs them. */
  async deliver(pattern: string, events: readonly unknown[], secret?: string): Promise<Called> {
    const body = JSON.stringify(events);
    const headers = signedHeaders({ clock: systemClock }, pattern.replace('/api/', ''), body, secret);
    return this.call('POST', pattern, { body, headers });
  }
}
