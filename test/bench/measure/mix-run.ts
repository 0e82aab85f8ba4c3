import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheStats } from '../../../src/cache/stats.ts';
import type { TestStudent } from '../../support/account-builder.ts';
import type { DataOf } from '../accounts/accounts.ts';
import { type ContestantName, NO_INBOUND_LIMITS, startContestant } from '../process/contestant.ts';
import { EmulatorProcess } from '../process/emulator.ts';
import { type Action, type MixPlan, type MixStep, mixSteps } from '../scenarios/mix.ts';
import {
  availableRequest,
  cancelRequest,
  capacityRequest,
  createRequest,
  creditsRequest,
  healthRequest,
  listRequest,
  warmCacheRequest,
} from '../scenarios/requests.ts';
import { type Cost, costOf } from './cost.ts';
import { type HitRate, hitRates } from './hit-rates.ts';
import { MixWebhooks } from './mix-webhooks.ts';
import { type Distribution, distribution } from './percentiles.ts';
import { tally } from './tally.ts';
import { send, type WireAnswer } from './wire.ts';

/** What the mix cost and how it was answered, after the warm-up. */
export interface MixResult {
  contestant: ContestantName;
  plan: MixPlan;
  requests: number;
  /** By action and status, for every answer that was no success. */
  failures: Record<string, number>;
  latencyMs: Partial<Record<Action, Distribution>>;
  cost: Cost;
  /** Reads, and those of them that were answered without a HubSpot call; null where the API does not tell. */
  reads: { all: number; withoutCalls: number } | null;
  /** Empty where there is no cache. */
  hitRates: HitRate[];
  webhooksFailed: number;
}

/** The others could not keep up: they are compared by what they would need. */
const NO_LIMITS = { limits: { per10Seconds: null, associationsPer10Seconds: null, searchPerSecond: null } };
const SETTLE_MS = 2300;

interface Done {
  step: MixStep;
  answer: WireAnswer;
}

/** Lets the mix happen to one contestant, cron's warm-up first. All but ours meet a HubSpot without rate limits. */
export async function runMix(contestant: ContestantName, plan: MixPlan): Promise<MixResult> {
  const emulator = new EmulatorProcess();
  const settings = contestant === 'ours' ? {} : NO_LIMITS;
  const { url: hubspotUrl, data } = await emulator.start('mix', { students: plan.students, seats: 0 }, settings);
  const api = await startContestant(contestant, hubspotUrl, NO_INBOUND_LIMITS);
  const webhooks = new MixWebhooks(emulator, api.url, data);
  const cacheStats = async () => {
    if (contestant !== 'ours') return undefined;
    return (await send(api.url, healthRequest())).body.cache as CacheStats;
  };
  try {
    const crowd = new Crowd(api.url, data, webhooks);
    const steps = mixSteps(plan);
    const counted = steps.filter(({ atMs }) => atMs >= plan.warmUpSeconds * 1000);
    const uncounted = steps.slice(0, steps.length - counted.length);
    if (contestant === 'ours') await send(api.url, warmCacheRequest());
    const startedAt = performance.now();
    await crowd.walk(uncounted, startedAt);
    const before = await cacheStats();
    await emulator.ask('calls', { quietMs: 0 });
    const done = await crowd.walk(counted, startedAt);
    await webhooks.stop();
    const after = await cacheStats();
    const calls = await emulator.ask('calls', { quietMs: SETTLE_MS });
    const rates = before && after ? hitRates(before, after) : [];
    return {
      ...summarise(contestant, plan, done),
      cost: costOf(calls),
      hitRates: rates,
      webhooksFailed: webhooks.failed,
    };
  } finally {
    await webhooks.stop();
    await api.stop();
    emulator.stop();
  }
}

/** Properties of credits by type of session. */
const CREDITS: Record<string, string> = {
  'Situational Judgment': 'sj_credits',
  'Clinical Skills': 'cs_credits',
  'Mini-mock': 'sjmini_credits',
};

/** The students of the mix, who remember what they booked. */
class Crowd {
  readonly #baseUrl: string;
  readonly #data: DataOf<'mix'>;
  readonly #webhooks: MixWebhooks;
  readonly #held: { student: TestStudent; booking: string; exam: string; type: string }[] = [];

  constructor(baseUrl: string, data: DataOf<'mix'>, webhooks: MixWebhooks) {
    this.#baseUrl = baseUrl;
    this.#data = data;
    this.#webhooks = webhooks;
  }

  /** Takes each step at its time, whether or not the ones before have been answered. */
  async walk(steps: readonly MixStep[], startedAt: number): Promise<Done[]> {
    return Promise.all(
      steps.map(async (step) => {
        await sleep(Math.max(0, startedAt + step.atMs - performance.now()));
        return this.#take(step);
      }),
    );
  }

  async #take(step: MixStep): Promise<Done> {
    const student = this.#data.students[step.student];
    const types = Object.keys(CREDITS);
    const type = types[step.student % types.length] ?? '';
    const session = this.#data.sessions.filter((each) => each.type === type)[step.session];
    if (!student || !session) throw new Error('the mix names somebody who is not there');
    const ask = async (request: Parameters<typeof send>[1]) => send(this.#baseUrl, request);
    switch (step.action) {
      case 'capacity':
        return { step, answer: await ask(capacityRequest(session.id)) };
      case 'list':
        return { step, answer: await ask(listRequest(student, { filter: 'upcoming' })) };
      case 'available':
        return { step, answer: await ask(availableRequest(type, true)) };
      case 'credits':
        return { step, answer: await ask(creditsRequest(student, type)) };
      case 'create': {
        const answer = await ask(createRequest(student, session));
        if (answer.status === 201) this.#remember(student, answer, session.id, type);
        return { step, answer };
      }
      case 'cancel': {
        const held = this.#held.shift();
        if (!held) return { step: { ...step, action: 'list' }, answer: await ask(listRequest(student)) };
        const answer = await ask(cancelRequest(held.student, held.booking));
        if (answer.status === 200) {
          this.#webhooks.cancelled(held.booking, held.student.id, held.exam, CREDITS[held.type] ?? '');
        }
        return { step, answer };
      }
    }
  }

  #remember(student: TestStudent, { body }: WireAnswer, exam: string, type: string): void {
    const booking = String(body.data.booking_record_id);
    this.#held.push({ student, booking, exam, type });
    this.#webhooks.booked(booking, student.id, exam, CREDITS[type] ?? '');
  }
}

function summarise(contestant: ContestantName, plan: MixPlan, done: readonly Done[]) {
  const latencies = new Map<Action, number[]>();
  for (const { step, answer } of done) {
    const known = latencies.get(step.action) ?? [];
    latencies.set(step.action, [...known, answer.receivedAt - answer.sentAt]);
  }
  const failures = done.filter(({ answer }) => answer.status < 200 || answer.status > 299);
  const reads = done.filter(({ step }) => step.action !== 'create' && step.action !== 'cancel');
  const timings = reads.flatMap(({ answer }) => answer.timing ?? []);
  return {
    contestant,
    plan,
    requests: done.length,
    failures: tally(
      failures.map(({ step, answer }) => `${step.action} ${answer.status} ${String(answer.body?.code ?? '')}`.trim()),
    ),
    latencyMs: Object.fromEntries([...latencies].map(([action, values]) => [action, distribution(values)])),
    reads:
      timings.length > 0
        ? { all: reads.length, withoutCalls: timings.filter(({ calls }) => calls === 0).length }
        : null,
  };
}
