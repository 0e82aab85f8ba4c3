import { setTimeout } from 'node:timers/promises';
/** Where the emulator's time comes from; tests pass one that they move themselves. */
export interface EmulatorClock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(delayMs: number): Promise<void>;
}

/** Knobs of the emulator; all may be turned while it runs. */
export interface EmulatorSettings {
  /** Milliseconds a call takes. */
  latency: { readMs: number; writeMs: number };
  /** Milliseconds until a change shows in associations, in rollup properties, in search and in property history. */
  lag: { associationMs: number; rollupMs: number; searchMs: number; historyMs: number };
  /** Calls let through, per token; null for no limit. */
  limits: {
    per10Seconds: number | null;
    /** In place of that a limit per second, in the headers too, as some accounts have it. */
    perSecond: number | null;
    /** Of those, calls of the associations API. */
    associationsPer10Seconds: number | null;
    searchPerSecond: number | null;
    perDay: number | null;
  };
  /** How unset properties that were asked for are shown: HubSpot's own pages disagree. */
  unsetProperties: 'null' | 'omitted';
  /** Whether `toObjectId` is a JSON number, as seen live, or a string, as the OpenAPI files say. */
  numericToObjectId: boolean;
  /** Values of a property that its history keeps: 20 to 45 are the numbers told. */
  keptValues: number;
  /** Whether a merged record goes on under the primary's id or gets a new one. */
  survivorId: 'primary' | 'new';
  /**
   * Milliseconds from a change to the events about it, whether they come twice and in another order, how often a request
   * that fails is made, and milliseconds between.
   */
  webhooks: { delayMs: number; duplicated: boolean; shuffled: boolean; attempts: number; retryMs: number };
  /**
   * API versions whose end has come: their paths are not found any more. v4 stands for its associations, v3 for objects,
   * properties, schemas and associations [developer changelog: v4 until 2027-03-30, v3 until September 2027].
   */
  ended: readonly ('v3' | 'v4')[];
  /** What the token of a private app may do, as HubSpot tells it. */
  scopes: readonly string[];
  /** Whether the unique values of an archived record can be used again; HubSpot does not say. */
  archivedUniqueValues: 'held' | 'freed';
}

/** The machine's own time. */
export const REAL_CLOCK: EmulatorClock = {
  now: () => Date.now(),
  sleep: async (delayMs) => setTimeout(delayMs),
};

/** No latency, no lag, HubSpot's own limits for a Professional account. */
export const DEFAULT_SETTINGS: EmulatorSettings = {
  latency: { readMs: 0, writeMs: 0 },
  lag: { associationMs: 0, rollupMs: 0, searchMs: 0, historyMs: 0 },
  limits: { per10Seconds: 190, perSecond: null, associationsPer10Seconds: 150, searchPerSecond: 5, perDay: 625_000 },
  unsetProperties: 'null',
  numericToObjectId: true,
  keptValues: 20,
  survivorId: 'primary',
  webhooks: { delayMs: 500, duplicated: false, shuffled: false, attempts: 10, retryMs: 60_000 },
  ended: [],
  scopes: [
    'crm.objects.contacts.read',
    'crm.objects.contacts.write',
    'crm.objects.custom.read',
    'crm.objects.custom.write',
    'crm.schemas.contacts.read',
    'crm.schemas.custom.read',
    'oauth',
  ],
  archivedUniqueValues: 'held',
};

/** What HubSpot has been seen to do: 100 ms a read, 200 ms a write, changes shown seconds later. */
export const LIFELIKE_SETTINGS: EmulatorSettings = {
  ...DEFAULT_SETTINGS,
  latency: { readMs: 100, writeMs: 200 },
  lag: { associationMs: 2000, rollupMs: 2000, searchMs: 5000, historyMs: 0 },
};

type SettingsGroup = 'latency' | 'lag' | 'limits' | 'webhooks';

/** Settings to change, one level deep. */
export type SettingsPatch = Partial<Omit<EmulatorSettings, SettingsGroup>> & {
  [Group in SettingsGroup]?: Partial<EmulatorSettings[Group]>;
};

/** A copy of `base` with `patch` laid over it, one level deep. */
export function mergeSettings(base: EmulatorSettings, patch: SettingsPatch = {}): EmulatorSettings {
  return {
    ...base,
    ...patch,
    latency: { ...base.latency, ...patch.latency },
    lag: { ...base.lag, ...patch.lag },
    limits: { ...base.limits, ...patch.limits },
    webhooks: { ...base.webhooks, ...patch.webhooks },
  };
}
