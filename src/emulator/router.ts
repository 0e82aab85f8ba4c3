import { unescape } from 'node:querystring';
import type { Route } from './route.ts';
import { ACCOUNT_ROUTES } from './routes/account-info.ts';
import { ASSOCIATION_WRITE_V3_ROUTES } from './routes/association-writes-v3.ts';
import { ASSOCIATION_WRITE_ROUTES } from './routes/association-writes.ts';
import { ASSOCIATION_READ_ROUTES } from './routes/associations.ts';
import { BATCH_ROUTES } from './routes/batches.ts';
import { OBJECT_ROUTES } from './routes/objects.ts';
import { PROPERTY_ROUTES } from './routes/properties.ts';
import { SCHEMA_ROUTES } from './routes/schemas.ts';
import { SEARCH_ROUTES } from './routes/search.ts';

/** Every route the emulator answers. */
export const ROUTES: readonly Route[] = [
  ...SEARCH_ROUTES,
  ...BATCH_ROUTES,
  ...OBJECT_ROUTES,
  ...ASSOCIATION_READ_ROUTES,
  ...ASSOCIATION_WRITE_ROUTES,
  ...ASSOCIATION_WRITE_V3_ROUTES,
  ...PROPERTY_ROUTES,
  ...SCHEMA_ROUTES,
  ...ACCOUNT_ROUTES,
];

export interface RouteMatch {
  route: Route;
  params: Record<string, string>;
  dated: boolean;
}

const DATED_VERSION = /^20\d\d-(03|09)$/;

const COMPILED = ROUTES.flatMap((route) =>
  route.paths.map((path) => ({
    route,
    pattern: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
  })),
);

/** Whether a path has come to its end with its version; account information goes on. */
export function isEnded(path: string, ended: readonly string[]): boolean {
  return path.startsWith('/crm') && ended.some((version) => path.includes(`/${version}/`));
}

/** The route a call is for; undefined when HubSpot has no such path or method. */
export function matchRoute(method: string, path: string): RouteMatch | undefined {
  for (const { route, pattern } of COMPILED) {
    const match = route.method === method ? pattern.exec(path) : null;
    if (!match) continue;
    const { version, ...encoded } = match.groups ?? {};
    if (version !== undefined && !DATED_VERSION.test(version)) continue;
    // It decodes what can be decoded and leaves the rest, which then names nothing.
    const params = Object.fromEntries(Object.entries(encoded).map(([name, value]) => [name, unescape(value)]));
    return { route, params, dated: version !== undefined };
  }
  return undefined;
}
