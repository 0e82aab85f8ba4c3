import { randomUUID } from 'node:crypto';
import type { Reply } from './errors.ts';
import type { Route } from './route.ts';
import type { EmulatorSettings } from './settings.ts';

const WINDOW_MS = 10_000;
const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

interface Usage {
  /** Epoch milliseconds of the calls let through in the window so far. */
  calls: number[];
  /** Those of them that were association calls. */
  associationCalls: number[];
  day: number;
  callsToday: number;
}

export interface LimitDecision {
  /** The 429 to answer with; undefined when the call is let through. */
  refusal: Reply | undefined;
  /** What HubSpot counts at the time of answering. */
  headers: (now: number) => Record<string, string>;
}

/** HubSpot's limits: calls per token in any ten seconds and per day, searches per account and second. */
export class Limits {
  readonly #settings: EmulatorSettings;
  readonly #tokens = new Map<string, Usage>();
  #searches: number[] = [];

  constructor(settings: EmulatorSettings) {
    this.#settings = settings;
  }

  /** Counts a call, or refuses it. Search answers carry no rate limit headers [search guide]. */
  admit(token: string, { kind, operation }: Pick<Route, 'kind' | 'operation'>, now: number): LimitDecision {
    const isAssociation = operation.startsWith('associations.');
    const usage = this.#usageOf(token, now);
    const refusal = this.#refuse(usage, kind, isAssociation, now);
    if (!refusal) {
      usage.calls.push(now);
      usage.callsToday += 1;
      if (isAssociation) usage.associationCalls.push(now);
      if (kind === 'search') this.#searches.push(now);
    }
    return { refusal, headers: (at) => (kind === 'search' ? {} : this.#headers(this.#usageOf(token, at))) };
  }

  /** Calls of a token since midnight UTC. */
  callsToday(token: string, now: number): number {
    return this.#usageOf(token, now).callsToday;
  }

  /** The window that a token's calls are counted in. */
  #window(): { most: number | null; lengthMs: number } {
    const { per10Seconds, perSecond } = this.#settings.limits;
    if (perSecond !== null) return { most: perSecond, lengthMs: SECOND_MS };
    return { most: per10Seconds, lengthMs: WINDOW_MS };
  }

  #usageOf(token: string, now: number): Usage {
    const day = Math.floor(now / DAY_MS);
    const usage = this.#tokens.get(token) ?? { calls: [], associationCalls: [], day, callsToday: 0 };
    usage.calls = usage.calls.filter((at) => at > now - this.#window().lengthMs);
    usage.associationCalls = usage.associationCalls.filter((at) => at > now - WINDOW_MS);
    if (usage.day !== day) Object.assign(usage, { day, callsToday: 0 });
    this.#tokens.set(token, usage);
    return usage;
  }

  #refuse(usage: Usage, kind: string, isAssociation: boolean, now: number): Reply | undefined {
    const { perDay, searchPerSecond, associationsPer10Seconds } = this.#settings.limits;
    const { most, lengthMs } = this.#window();
    if (perDay !== null && usage.callsToday >= perDay) return tooMany('daily', 'DAILY');
    const isSpent = most !== null && usage.calls.length >= most;
    if (isSpent && lengthMs === SECOND_MS) return tooMany('secondly', 'SECONDLY');
    const mostAssociations = isAssociation ? associationsPer10Seconds : null;
    if (isSpent || (mostAssociations !== null && usage.associationCalls.length >= mostAssociations)) {
      return tooMany('ten_secondly_rolling', 'TEN_SECONDLY_ROLLING');
    }
    this.#searches = this.#searches.filter((at) => at > now - SECOND_MS);
    if (kind === 'search' && searchPerSecond !== null && this.#searches.length >= searchPerSecond) {
      return tooMany('secondly', 'SECONDLY');
    }
    return undefined;
  }

  #headers({ calls, callsToday }: Usage): Record<string, string> {
    const { perDay } = this.#settings.limits;
    const { most, lengthMs } = this.#window();
    const headers: Record<string, string> = {};
    if (most !== null) {
      headers['X-HubSpot-RateLimit-Max'] = String(most);
      headers['X-HubSpot-RateLimit-Remaining'] = String(Math.max(0, most - calls.length));
      headers['X-HubSpot-RateLimit-Interval-Milliseconds'] = String(lengthMs);
    }
    if (perDay !== null) {
      headers['X-HubSpot-RateLimit-Daily'] = String(perDay);
      headers['X-HubSpot-RateLimit-Daily-Remaining'] = String(Math.max(0, perDay - callsToday));
    }
    return headers;
  }
}

function tooMany(limit: string, policyName: string): Reply {
  return {
    status: 429,
    body: {
      status: 'error',
      message: `You have reached your ${limit} limit.`,
      errorType: 'RATE_LIMIT',
      correlationId: randomUUID(),
      policyName,
      groupName: 'publicapi:private-apps:calls:emulator',
    },
  };
}
