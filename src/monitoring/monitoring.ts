import { diag, type DiagLogger, DiagLogLevel } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Log } from '../observability/log.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import type { Config } from '../settings/config.ts';
import { type Clock, sleep } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { Metrics } from './metrics.ts';
import { observe } from './observables.ts';
import { readSnapshots, writeSnapshot } from './shared-snapshots.ts';
import { type Snapshot, toMetrics } from './snapshot.ts';

/** What an instance has counted since it began. */
export interface Monitoring {
  /** Of this instance, as a Prometheus server scrapes it. */
  prometheusText(): Promise<string>;
  /** Of all instances that share a Redis; else of this one. */
  snapshots(): Promise<Snapshot[]>;
  /** Tells those who want to know, soon; for several answers at the same time once. */
  flush(): Promise<void>;
}

export interface MonitoringOptions {
  config: Config['monitoring'];
  clock: Clock;
  log: Log;
  telemetry: Telemetry;
  instanceId: string;
  /** Undefined before anything has needed HubSpot. */
  loaded: () => Deps | undefined;
}

/** What was counted leaves at most this often, in milliseconds. */
const FLUSH_EVERY_MS = 5000;

/** Collects when it is asked to. */
class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Loads OpenTelemetry's SDK and begins to count, with what has come so far. */
export async function startMonitoring(options: MonitoringOptions): Promise<Monitoring> {
  const { config, clock, telemetry, instanceId, loaded, log } = options;
  diag.setLogger(toLog(log), { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
  const resource = resourceFromAttributes({ 'service.name': config.serviceName, 'service.instance.id': instanceId });
  const reader = new PullReader();
  const meter = new MeterProvider({ resource, readers: [reader] }).getMeter(config.serviceName);
  const metrics = new Metrics(meter);
  observe(meter, loaded);
  const otlp = config.otlp && (await (await import('./otlp.ts')).connectOtlp(config.otlp, resource));
  telemetry.connect((signal) => {
    metrics.take(signal);
    if (signal.kind === 'request') otlp?.take(signal.request);
  });
  const collect = async (): Promise<ResourceMetrics> => (await reader.collect()).resourceMetrics;
  const startedAtMs = clock.now() - clock.monotonicMs();
  const snapshot = async (): Promise<Snapshot> => {
    return { instanceId, atMs: clock.now(), startedAtMs, metrics: toMetrics(await collect()) };
  };
  const tell = async () => {
    const shared = loaded()?.shared;
    await Promise.all([otlp?.send(await collect()), shared && writeSnapshot(shared, await snapshot())]);
  };
  return {
    prometheusText: async () => (await import('./prometheus.ts')).toPrometheusText(await collect()),
    async snapshots() {
      const [own, shared] = [await snapshot(), loaded()?.shared];
      return shared ? readSnapshots(shared, own) : [own];
    },
    flush: atMostEvery(clock, FLUSH_EVERY_MS, tell),
  };
}

/** Runs `work` soon, but not sooner than `everyMs` after it last began; whoever asks meanwhile is content with that run. */
function atMostEvery(clock: Clock, everyMs: number, work: () => Promise<void>): () => Promise<void> {
  let begunAtMs = -Infinity;
  let running: Promise<void> | undefined;
  const run = async () => {
    const leftMs = begunAtMs + everyMs - clock.monotonicMs();
    if (leftMs > 0) await sleep(clock, leftMs);
    begunAtMs = clock.monotonicMs();
    await work();
  };
  return async () =>
    (running ??= run().finally(() => {
      running = undefined;
    }));
}

/** What OpenTelemetry complains of may hold addresses with tokens: only the fact is logged. */
function toLog(log: Log): DiagLogger {
  const error = (message: string) => log.warn('monitoring failed', { reason: message.split('\n')[0]?.slice(0, 100) });
  return { error, warn() {}, info() {}, debug() {}, verbose() {} };
}
