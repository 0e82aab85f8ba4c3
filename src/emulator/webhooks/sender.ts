import { createHmac } from 'node:crypto';
import type { Change } from '../changes.ts';
import type { EmulatorClock, EmulatorSettings } from '../settings.ts';
import { isWanted, type Subscription, toEvents, type WebhookEvent } from './events.ts';

/** Where events go, and who is believed to have sent them. */
export interface WebhookTarget {
  targetUrl: string;
  /** The app's client secret, by which requests are signed. */
  clientSecret: string;
  /** Everything, where there are none. */
  subscriptions: readonly Subscription[];
}

/** A request that was made, for whoever watches. */
export interface Delivery {
  /** Epoch milliseconds. */
  at: number;
  events: number;
  attempt: number;
  /** HTTP status; 0 for no answer. */
  status: number;
}

export interface WebhookSenderOptions {
  clock: EmulatorClock;
  settings: EmulatorSettings;
  portalId: number;
  /** Makes a request. */
  send?: (request: Request) => Promise<Response>;
}

/** Events in one request, at most [webhooks guide]. */
const MOST_EVENTS = 100;
/** HubSpot waits so long for an answer, in milliseconds [webhooks guide]. */
const TIMEOUT_MS = 5000;
const MOST_DELIVERIES = 1000;

/**
 * Tells an app of changes as HubSpot does: in batches, signed, some time after they happened, again when it is not
 * answered with 2xx in time; and, by settings, twice or in another order.
 */
export class WebhookSender {
  readonly #options: WebhookSenderOptions;
  readonly #send: (request: Request) => Promise<Response>;
  readonly #work = new Set<Promise<void>>();
  readonly deliveries: Delivery[] = [];
  #target: WebhookTarget | undefined;
  #waiting: WebhookEvent[] = [];
  #lastEventId = 0;

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
    this.#send = options.send ?? (async (request) => fetch(request));
  }

  get target(): WebhookTarget | undefined {
    return this.#target;
  }

  /** Events go there from now on; nowhere with undefined. */
  subscribe(target: WebhookTarget | undefined): void {
    this.#target = target;
    this.#waiting = [];
  }

  /** Takes a change down; those that happen shortly after one another leave together. */
  note(change: Change): void {
    const target = this.#target;
    if (!target) return;
    const events = toEvents(change).filter((event) => isWanted(event, target.subscriptions));
    const isFirst = this.#waiting.length === 0;
    this.#waiting.push(...events);
    if (isFirst && events.length > 0) this.#begin(async () => this.#flush());
  }

  /** Resolves once nothing is on its way any more. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.allSettled(this.#work);
  }

  #begin(work: () => Promise<void>): void {
    const running = work().finally(() => this.#work.delete(running));
    this.#work.add(running);
  }

  async #flush(): Promise<void> {
    const { clock, settings, portalId } = this.#options;
    const { delayMs, duplicated, shuffled } = settings.webhooks;
    await clock.sleep(delayMs);
    const events = this.#waiting.map((event) => {
      this.#lastEventId += 1;
      return { eventId: this.#lastEventId, subscriptionId: 1, portalId, appId: 2_000_001, ...event };
    });
    this.#waiting = [];
    const all = duplicated ? [...events, ...events] : events;
    const ordered = shuffled ? all.toReversed() : all;
    for (let start = 0; start < ordered.length; start += MOST_EVENTS) {
      const batch = ordered.slice(start, start + MOST_EVENTS);
      this.#begin(async () => this.#deliver(batch));
    }
  }

  async #deliver(events: readonly object[]): Promise<void> {
    const { clock, settings } = this.#options;
    const { attempts, retryMs } = settings.webhooks;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (attempt > 0) await clock.sleep(retryMs);
      const target = this.#target;
      if (!target) return;
      const status = await this.#post(
        target,
        JSON.stringify(events.map((event) => ({ ...event, attemptNumber: attempt }))),
      );
      this.deliveries.push({ at: clock.now(), events: events.length, attempt, status });
      if (this.deliveries.length > MOST_DELIVERIES) this.deliveries.shift();
      if (status >= 200 && status < 300) return;
    }
  }

  /** @returns the status of the answer; 0 where none came in time. */
  async #post({ targetUrl, clientSecret }: WebhookTarget, body: string): Promise<number> {
    const timestamp = String(this.#options.clock.now());
    const signature = createHmac('sha256', clientSecret).update(`POST${targetUrl}${body}${timestamp}`).digest('base64');
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'HubSpot Connect 2.0 (http://dev.hubspot.com/) - emulated',
      'X-HubSpot-Request-Timestamp': timestamp,
      'X-HubSpot-Signature-v3': signature,
    };
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await this.#send(new Request(targetUrl, { method: 'POST', headers, body, signal }));
      await response.arrayBuffer();
      return response.status;
    } catch {
      // Whoever does not answer is asked again: that is all HubSpot makes of it.
      return 0;
    }
  }
}
