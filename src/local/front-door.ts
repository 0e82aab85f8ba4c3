import packageJson from '../../package.json' with { type: 'json' };
import type { Emulator } from '../emulator/emulator.ts';
import { PAGE } from '../pages/built/front-door.ts';
import { changeRecord, showRecords } from './records.ts';

export interface FrontDoorOptions {
  /** What the API runs over, in words. */
  over: string;
  /** The embedded HubSpot; null for another one. */
  emulator: Emulator | null;
}

/** Answers what is not deployed; undefined for any other path. */
export type FrontDoor = (request: Request) => Promise<Response | undefined>;

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#2b6cb0"/><path d="M4 8.5l3 3 5-7" stroke="#fff" stroke-width="2" fill="none"/></svg>';

/**
 * What a browser finds at the address of `npm start`: a page to try the API on, and what that page asks for. It is never
 * deployed. @returns undefined for any other path.
 */
export function createFrontDoor({ over, emulator }: FrontDoorOptions): FrontDoor {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (emulator && `${request.method} ${pathname}` === 'POST /local/records') return changeRecord(emulator, request);
    if (request.method !== 'GET') return undefined;
    switch (pathname) {
      case '/':
        return new Response(PAGE.html, {
          headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': PAGE.policy },
        });
      case '/favicon.ico':
        return new Response(ICON, { headers: { 'Content-Type': 'image/svg+xml' } });
      case '/local/about':
        return Response.json({ over, version: packageJson.version, embedded: emulator !== null });
      case '/local/calls': {
        const since = Number(searchParams.get('since') ?? 0);
        return Response.json({ calls: emulator?.log.calls.filter(({ startedAt }) => startedAt >= since) ?? [] });
      }
      case '/local/records':
        return emulator ? showRecords(emulator, searchParams.get('type')) : undefined;
      default:
        return undefined;
    }
  };
}
