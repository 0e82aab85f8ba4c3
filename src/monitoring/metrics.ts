import type { Histogram, Counter, Meter } from '@opentelemetry/api';
import type { ServedRequest, Signal } from '../observability/telemetry.ts';

/** Seconds, as OpenTelemetry's semantic conventions advise for HTTP. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const CALLS = [0, 1, 2, 3, 4, 5, 7, 10, 15, 25, 50];
const INPUTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const LAG_SECONDS = [1, 2, 5, 10, 30, 60, 300, 1800];

/** What took less is not worth telling. */
const LEAST_WAIT_MS = 0.5;

/** Which step of a booking an answer is, in the order in which students take them. */
const STEPS: Record<string, string> = {
  'POST /api/mock-exams/validate-credits': 'signed in',
  'GET /api/mock-exams/available': 'looked',
  'POST /api/bookings/create': 'booked',
};

/** Counts what happens. Names follow OpenTelemetry's semantic conventions where there are any. */
export class Metrics {
  readonly #requests: Histogram;
  readonly #requestCalls: Histogram;
  readonly #requestOperations: Counter;
  readonly #waits: Histogram;
  readonly #calls: Histogram;
  readonly #nearMisses: Counter;
  readonly #retries: Counter;
  readonly #batches: Histogram;
  readonly #bookings: Counter;
  readonly #steps: Counter;
  readonly #webhookLag: Histogram;
  readonly #overbooked: Counter;

  constructor(meter: Meter) {
    const histogram = (name: string, description: string, unit: string, explicitBucketBoundaries: number[]) =>
      meter.createHistogram(name, { description, unit, advice: { explicitBucketBoundaries } });
    const counter = (name: string, description: string) => meter.createCounter(name, { description });
    this.#requests = histogram('http.server.request.duration', 'Time from a request to its answer', 's', SECONDS);
    this.#requestCalls = histogram('mocks.request.hubspot.calls', 'HubSpot calls of one request', '{call}', CALLS);
    this.#requestOperations = counter('mocks.request.hubspot.operations', 'HubSpot calls of requests, by operation');
    this.#waits = histogram('mocks.request.wait.duration', 'What requests waited for', 's', SECONDS);
    this.#calls = histogram('http.client.request.duration', 'Time of one attempt of a HubSpot call', 's', SECONDS);
    this.#nearMisses = counter('mocks.hubspot.near_misses', 'Calls made with less than a tenth of the limit left');
    this.#retries = counter('mocks.hubspot.retries', 'HubSpot calls that were tried again');
    this.#batches = histogram('mocks.hubspot.batch.size', 'Inputs that left together', '{input}', INPUTS);
    this.#bookings = counter('mocks.bookings', 'Bookings made, cancelled, and refused by code');
    this.#steps = counter('mocks.flow.steps', 'Steps of a booking that were answered with success');
    this.#webhookLag = histogram('mocks.webhook.lag', 'Time from a change in HubSpot to its event', 's', LAG_SECONDS);
    this.#overbooked = counter('mocks.sessions.overbooked', 'Looks that found more bookings than seats');
  }

  take(signal: Signal): void {
    switch (signal.kind) {
      case 'request':
        return this.#request(signal.request);
      case 'call': {
        const { operation, outcome, durationMs, isNearMiss } = signal;
        this.#calls.record(durationMs / 1000, { 'hubspot.operation': operation, 'hubspot.outcome': outcome });
        if (isNearMiss) this.#nearMisses.add(1);
        return;
      }
      case 'retry':
        return this.#retries.add(1, { 'hubspot.operation': signal.operation });
      case 'batch':
        return this.#batches.record(signal.inputs, { 'hubspot.operation': signal.operation });
      case 'webhook':
        return this.#webhookLag.record(Math.max(0, signal.lagMs) / 1000);
      case 'overbooked':
        return this.#overbooked.add(1);
    }
  }

  #request({ method, route, status, code, durationMs, context }: ServedRequest): void {
    const { usage } = context;
    const at = { 'http.route': route, 'http.request.method': method };
    const outcome = { 'http.response.status_code': status, ...(code ? { 'error.type': code } : {}) };
    this.#requests.record(durationMs / 1000, { ...at, ...outcome });
    this.#requestCalls.record(usage.calls, at);
    for (const [operation, count] of usage.operations) {
      this.#requestOperations.add(count, { ...at, 'hubspot.operation': operation });
    }
    for (const [wait, ms] of usage.waitedMs(context.startedAtMs + durationMs)) {
      if (ms >= LEAST_WAIT_MS) this.#waits.record(ms / 1000, { wait });
    }
    const step = STEPS[`${method} ${route}`];
    if (step && status < 300) this.#steps.add(1, { step });
    if (route === '/api/bookings/create' && method === 'POST') this.#bookings.add(1, { outcome: code ?? 'made' });
    if (method === 'DELETE') this.#bookings.add(1, { outcome: code ?? 'cancelled' });
  }
}
