import { setTimeout as sleep } from 'node:timers/promises';
import type { SettingsPatch } from '../../../src/emulator/settings.ts';
import type { AccountName, DataOf } from '../accounts/accounts.ts';
import { type ContestantName, NO_INBOUND_LIMITS, startContestant } from '../process/contestant.ts';
import { EmulatorProcess } from '../process/emulator.ts';
import type { MeteredCall } from '../process/metered-emulator.ts';
import type { EndpointScenario } from '../scenarios/endpoint.ts';
import { uncached } from '../scenarios/requests.ts';
import { bareClientMs } from './bare-client.ts';
import { awaited, busyUntil, costOf, withoutDiscovery } from './cost.ts';
import { type EndpointResult, summarise, type Sample } from './endpoint-result.ts';
import { send, type WireAnswer } from './wire.ts';

/** Samples follow each other closely, which an idle process would not see: nobody waits for company. */
const AS_IF_IDLE = { COALESCING_MAX_LINGER_MS: '0' };

/** Keeps samples clear of each other's rate limits: so many a second stay below 190 in 10 s and 4 in one. */
const CALLS_PER_SECOND = 17;
const SEARCHES_PER_SECOND = 2.5;
/** Unmeasured requests that a process is warmed with before it counts. */
const WARM_UPS = 3;

export interface EndpointPlan<N extends AccountName> {
  contestant: ContestantName;
  account: N;
  students: number;
  scenarios: readonly EndpointScenario<N>[];
  /** Requests answered from the cache, per scenario. */
  warmSamples: number;
}

interface Lab<N extends AccountName> {
  contestant: ContestantName;
  emulator: EmulatorProcess;
  hubspotUrl: string;
  baseUrl: string;
  data: DataOf<N>;
}

/** Runs scenarios one after the other against one contestant, each of the two in a process of its own. */
export async function runEndpoints<N extends AccountName>(
  { contestant, account, students, scenarios, warmSamples }: EndpointPlan<N>,
  report: (line: string) => void,
): Promise<EndpointResult[]> {
  const emulator = new EmulatorProcess();
  const { url: hubspotUrl, data } = await emulator.start(account, { students, seats: 0 });
  const api = await startContestant(contestant, hubspotUrl, { ...NO_INBOUND_LIMITS, ...AS_IF_IDLE });
  const lab = { contestant, emulator, hubspotUrl, baseUrl: api.url, data };
  const results: EndpointResult[] = [];
  try {
    for (const scenario of scenarios) {
      if (scenario.samples[contestant] === 0) continue;
      report(`${contestant}: ${scenario.name}`);
      results.push(await runScenario(lab, scenario, warmSamples));
    }
  } finally {
    await api.stop();
    emulator.stop();
  }
  return results;
}

async function runScenario<N extends AccountName>(
  lab: Lab<N>,
  scenario: EndpointScenario<N>,
  warmSamples: number,
): Promise<EndpointResult> {
  const ours = lab.contestant === 'ours';
  const warmUps = ours ? (scenario.settleMs ? 1 : WARM_UPS) : 0;
  await turnKnobs(lab, scenario.settings);
  for (let count = 0; count < warmUps; count += 1) await takeSample(lab, scenario, 0);
  const cold: Sample[] = [];
  for (let count = 0; count < scenario.samples[lab.contestant]; count += 1) {
    cold.push(await takeSample(lab, scenario, count + warmUps));
  }
  const warm = ours && scenario.cached ? await takeWarmSamples(lab, scenario, warmSamples) : [];
  await turnKnobs(lab, undefined);
  return summarise(lab.contestant, scenario, cold, warm);
}

/** HubSpot's settings for one scenario; undefined for the usual ones again. */
async function turnKnobs<N extends AccountName>({ hubspotUrl }: Lab<N>, settings: SettingsPatch | undefined) {
  const lag = { associationMs: 2000, rollupMs: 2000, searchMs: 5000, ...settings?.lag };
  const body = JSON.stringify({ lag });
  const response = await fetch(`${hubspotUrl}/_emulator/settings`, { method: 'PATCH', body });
  if (!response.ok) throw new Error(`the emulator refused its settings: ${await response.text()}`);
}

/** One request that no cache answers, with all the calls it caused, and then a pause that keeps clear of the limits. */
async function takeSample<N extends AccountName>(
  lab: Lab<N>,
  scenario: EndpointScenario<N>,
  index: number,
): Promise<Sample> {
  const { contestant, emulator, hubspotUrl, data, baseUrl } = lab;
  const drifting = scenario.drift?.(data, index);
  if (drifting) await emulator.ask('drift', { exams: drifting });
  await emulator.ask('calls', { quietMs: 0 });
  const request = scenario.request(data, index, baseUrl);
  const answer = await send(baseUrl, scenario.cached ? uncached(request) : request);
  const calls = withoutDiscovery(await emulator.ask('calls', { quietMs: scenario.settleMs ?? 20 }));
  const load = { calls: awaited(calls, answer.receivedAt), answerBytes: answer.bytes };
  const bareMs = contestant === 'ours' ? await bareClientMs(emulator, hubspotUrl, load) : undefined;
  await sleep(Math.max(0, leastGapMs(calls) - (Date.now() - answer.sentAt)));
  return {
    latencyMs: answer.receivedAt - answer.sentAt,
    serverMs: answer.timing?.serverMs,
    cost: costOf(calls),
    awaited: costOf(load.calls),
    busyMs: busyUntil(calls, answer.receivedAt),
    bareMs,
    wrong: scenario.check(answer, data),
  };
}

function leastGapMs(calls: readonly MeteredCall[]): number {
  const searches = calls.filter(({ path }) => path.endsWith('/search')).length;
  return Math.max(calls.length / CALLS_PER_SECOND, searches / SEARCHES_PER_SECOND) * 1000;
}

async function takeWarmSamples<N extends AccountName>(
  lab: Lab<N>,
  scenario: EndpointScenario<N>,
  count: number,
): Promise<Sample[]> {
  const { emulator, data, baseUrl } = lab;
  const request = scenario.request(data, 0, baseUrl);
  await send(baseUrl, request);
  await emulator.ask('calls', { quietMs: scenario.settleMs ?? 20 });
  const answers: WireAnswer[] = [];
  for (let index = 0; index < count; index += 1) answers.push(await send(baseUrl, request));
  const calls = await emulator.ask('calls', { quietMs: scenario.settleMs ?? 20 });
  return answers.map((answer) => {
    const own = calls.filter(({ startedAt }) => startedAt >= answer.sentAt && startedAt < answer.receivedAt);
    return {
      latencyMs: answer.receivedAt - answer.sentAt,
      serverMs: answer.timing?.serverMs,
      cost: costOf(own),
      awaited: costOf(own),
      busyMs: busyUntil(own, answer.receivedAt),
      bareMs: undefined,
      wrong: scenario.check(answer, data),
    };
  });
}
