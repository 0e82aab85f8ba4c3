import type { App } from './app.ts';
import { type LoadRoute, serve } from './serve.ts';

/** URL patterns and how to load what answers them; `[id]` stands for one path segment, which may be empty. */
export type RouteTable = Readonly<Record<string, LoadRoute>>;

/** One function for all URLs: finds the route and serves it. A handler is loaded by its first request. */
export function createRouter(app: App, table: RouteTable): (request: Request) => Promise<Response> {
  const compiled = Object.entries(table).map(([pattern, load]) => ({ pattern, load, regExp: compile(pattern) }));
  return async (request) => {
    const { pathname } = new URL(request.url);
    for (const { pattern, load, regExp } of compiled) {
      const match = regExp.exec(pathname);
      if (!match) continue;
      return serve(app, { pattern, load, params: { ...match.groups } }, request);
    }
    return serve(app, { pattern: 'none', params: {} }, request);
  };
}

/** Names come before parameters in the table, so that `list` is never taken for an id. */
function compile(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll(/\[(\w+)\]/g, '(?<$1>[^/]*)')}/?$`);
}
