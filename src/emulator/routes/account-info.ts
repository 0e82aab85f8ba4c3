import { z } from 'zod';
import type { Reply } from '../errors.ts';
import { readBody, type Route, type RouteContext } from '../route.ts';

const DAY_MS = 86_400_000;

function details({ account }: RouteContext): Reply {
  return {
    status: 200,
    body: {
      portalId: account.portal.id,
      accountType: 'STANDARD',
      timeZone: 'America/Toronto',
      companyCurrency: 'CAD',
      additionalCurrencies: [],
      utcOffset: '-05:00',
      utcOffsetMilliseconds: -18_000_000,
      uiDomain: 'app.hubspot.com',
      dataHostingLocation: 'na1',
    },
  };
}

/** Private apps share one daily limit; days are those of UTC here. */
function dailyUsage({ settings, now, callsToday }: RouteContext): Reply {
  const day = {
    name: 'private-apps-api-calls-daily',
    usageLimit: settings.limits.perDay,
    currentUsage: callsToday,
    collectedAt: new Date(now).toISOString(),
    fetchStatus: 'SUCCESS',
    resetsAt: new Date((Math.floor(now / DAY_MS) + 1) * DAY_MS).toISOString(),
  };
  return { status: 200, body: { results: [day] } };
}

const TokenInput = z.object({ tokenKey: z.string().min(1) });

/** What a private app's token may do; whichever token is asked about. */
function tokenInfo({ account, settings, body }: RouteContext): Reply {
  readBody(TokenInput, body);
  return {
    status: 200,
    body: { userId: 1_000_001, hubId: account.portal.id, appId: 2_000_001, scopes: settings.scopes },
  };
}

export const ACCOUNT_ROUTES: Route[] = [
  { operation: 'account.details', method: 'GET', paths: ['/account-info/v3/details'], kind: 'read', handle: details },
  {
    operation: 'account.dailyUsage',
    method: 'GET',
    paths: ['/account-info/v3/api-usage/daily/private-apps'],
    kind: 'read',
    handle: dailyUsage,
  },
  {
    operation: 'account.tokenInfo',
    method: 'POST',
    paths: ['/oauth/v2/private-apps/get/access-token-info'],
    kind: 'read',
    handle: tokenInfo,
  },
];
