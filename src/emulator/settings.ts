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
  /** Milliseconds until a change shows in associations, in rollup properties and in search. */
  lag: { associationMs: number; rollupMs: number; searchMs: number };
  /** Calls let through, per token; null for no limit. */
  limits: {
    per10Seconds: number | null;
    /** Of those, calls of the associations API. */
    associationsPer10Seconds: number | null;
    searchPerSecond: number | null;
    perDay: number | null;
  };
  /** How unset properties that were asked for are shown: HubSpot's own pages disagree. */
  unsetProperties: 'null' | 'omitted';
  /** Whether `toObjectId` is a JSON number, as seen live, or a string, as the OpenAPI files say. */
  numericToObjectId: boolean;
}

/** No latency, no lag, HubSpot's own limits for a Professional account. */
export const DEFAULT_SETTINGS: EmulatorSettings = {
  latency: { readMs: 0, writeMs: 0 },
  lag: { associationMs: 0, rollupMs: 0, searchMs: 0 },
  limits: { per10Seconds: 190, associationsPer10Seconds: 150, searchPerSecond: 5, perDay: 625_000 },
  unsetProperties: 'null',
  numericToObjectId: true,
};

/** What HubSpot has been seen to do: 100 ms a read, 200 ms a write, changes shown seconds later. */
export const LIFELIKE_SETTINGS: EmulatorSettings = {
  ...DEFAULT_SETTINGS,
  latency: { readMs: 100, writeMs: 200 },
  lag: { associationMs: 2000, rollupMs: 2000, searchMs: 5000 },
};

/** Settings to change, one level deep. */
export interface SettingsPatch extends Partial<Pick<EmulatorSettings, 'unsetProperties' | 'numericToObjectId'>> {
  latency?: Partial<EmulatorSettings['latency']>;
  lag?: Partial<EmulatorSettings['lag']>;
  limits?: Partial<EmulatorSettings['limits']>;
}

/** A copy of `base` with `patch` laid over it, one level deep. */
export function mergeSettings(base: EmulatorSettings, patch: SettingsPatch = {}): EmulatorSettings {
  return {
    latency: { ...base.latency, ...patch.latency },
    lag: { ...base.lag, ...patch.lag },
    limits: { ...base.limits, ...patch.limits },
    unsetProperties: patch.unsetProperties ?? base.unsetProperties,
    numericToObjectId: patch.numericToObjectId ?? base.numericToObjectId,
  };
}
