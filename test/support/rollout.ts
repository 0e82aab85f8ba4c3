import { readFileSync } from 'node:fs';
import { serveOperations } from '../bench/contestants/operations.ts';
import { naiveOperations } from '../bench/naive/operations.ts';
import { HUBSPOT_URL } from './hubspot-client.ts';
import type { Answer, RequestOptions, World } from './world.ts';

const PAGE = new URL('../../.github/MIGRATION.md', import.meta.url);
const OLD = 'https://bookings.example.com';

/** One entry of Vercel's `routes`. */
interface Route {
  src: string;
  methods?: string[];
  dest: string;
}

/** What the page says for one step: the new API's variables, and which requests are passed on to it. */
export interface Step {
  env: Record<string, string>;
  /** None where the step leaves those of the one before. */
  routes: Route[] | undefined;
}

/** Reads a step of the migration page. @throws when the page does not have it */
export function readStep(number: number): Step {
  const section = readFileSync(PAGE, 'utf8')
    .split(/^## /m)
    .find((each) => each.startsWith(`Step ${number}:`));
  const variables = section && /```dotenv\n([\s\S]*?)```/.exec(section)?.[1];
  if (!section || variables === undefined) throw new Error(`the migration page has no variables for step ${number}`);
  const env = Object.fromEntries(
    [...variables.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value]) => [name, value]),
  );
  const rules = /```json\n([\s\S]*?)```/.exec(section)?.[1];
  const routes = rules === undefined ? undefined : (JSON.parse(rules) as { routes: Route[] }).routes;
  return { env: env as Record<string, string>, routes };
}

/** A stand-in for the old API, in the time of `world`, whose HubSpot it shares. */
export function startOldApi(world: World): (request: Request) => Promise<Response> {
  let underWay = 0;
  const others = world.clock.busy;
  world.clock.busy = () => others() + underWay;
  return serveOperations(
    naiveOperations(HUBSPOT_URL, async (...call) => {
      underWay += 1;
      try {
        return await fetch(...call);
      } finally {
        underWay -= 1;
      }
    }),
  );
}

/** The address that students use: passes requests on as a step's rules say, and has the old API answer the others. */
export class Address {
  readonly #old: (request: Request) => Promise<Response>;
  routes: readonly Route[] = [];
  /** The new API as it is deployed at the moment. */
  current: World;
  /** Who answered which request, in order. */
  readonly log: { by: 'old' | 'new'; request: string }[] = [];

  constructor(old: (request: Request) => Promise<Response>, current: World) {
    this.#old = old;
    this.current = current;
  }

  async send(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const dest = this.#destination(method, `/api/${path}`);
    this.log.push({ by: dest === undefined ? 'old' : 'new', request: `${method} ${path.replace(/\d+/, '{id}')}` });
    if (dest !== undefined) return this.current.send(method, new URL(dest).pathname.replace('/api/', ''), options);
    const { query = {}, body } = options;
    const url = new URL(`/api/${path}`, OLD);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const response = await this.#old(
      new Request(url, { method, body: body === undefined ? null : JSON.stringify(body) }),
    );
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  #destination(method: string, path: string): string | undefined {
    for (const { src, methods, dest } of this.routes) {
      const match = new RegExp(src).exec(path);
      if (!match || (methods && !methods.includes(method))) continue;
      return dest.replaceAll(/\$(\d)/g, (_all, group: string) => match[Number(group)] ?? '');
    }
    return undefined;
  }
}
