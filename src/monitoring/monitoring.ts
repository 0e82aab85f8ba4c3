import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  type MetricData,
  MeterProvider,
  MetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { diag, type DiagLogger, DiagLogLevel } from '@opentelemetry/api';
import type { Log } from '../observability/log.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import type { Config } from '../settings/config.ts';
import { type Clock, sleep } from '../time/clock.ts';
import type { Deps } from '../wiring/deps.ts';
import { Metrics } from './metrics.ts';
import { observe } from './observables.ts';
import type { Traces } from './traces.ts';

/** What an instance has counted since it began. */
export interface Monitoring {
  collect(): Promise<ResourceMetrics>;
  /** The same as a Prometheus server scrapes it. */
  prometheusText(): Promise<string>;
  /** Sends what there is to the OTLP endpoint, if there is one, soon; for several at the same time once. */
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
  const provider = new MeterProvider({ resource, readers: [reader] });
  const meter = provider.getMeter('mocks-booking-api');
  const metrics = new Metrics(meter);
  observe(meter, loaded);
  const otlp = config.otlp && (await connectOtlp(config.otlp, resource));
  telemetry.connect((signal) => {
    metrics.take(signal);
    if (signal.kind === 'request') otlp?.traces.take(signal.request);
  });
  const collect = async () => (await reader.collect()).resourceMetrics;
  let flushing: Promise<void> | undefined;
  let flushedAtMs = -Infinity;
  const flush = async (exporters: Otlp) => {
    const leftMs = flushedAtMs + FLUSH_EVERY_MS - clock.monotonicMs();
    if (leftMs > 0) await sleep(clock, leftMs);
    flushedAtMs = clock.monotonicMs();
    await Promise.all([exporters.traces.flush(), send(exporters.metrics, await collect())]);
  };
  const flushOnce = async (exporters: Otlp) => {
    // What comes while it is on its way leaves with the next one.
    const current = (flushing ??= flush(exporters).finally(() => {
      flushing = undefined;
    }));
    await current;
  };
  return {
    collect,
    async prometheusText() {
      // The exporter brings a server along that nobody else needs.
      const { PrometheusSerializer } = await import('@opentelemetry/exporter-prometheus');
      const serializer = new PrometheusSerializer('', false, undefined, true, true);
      // Its types are those for the other module system.
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
      return serializer.serialize(withUnits(await collect()));
    },
    flush: async () => (otlp ? flushOnce(otlp) : undefined),
  };
}

/** Prometheus wants the unit in the name [its naming guide]. */
function withUnits({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
  return {
    resource,
    scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(withUnit) })),
  };
}

function withUnit(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor;
  return { ...metric, descriptor: { ...metric.descriptor, name: unit === 's' ? `${name}.seconds` : name, unit: '' } };
}

interface Otlp {
  traces: Traces;
  metrics: PushMetricExporter;
}

async function connectOtlp(
  { endpoint, headers }: NonNullable<Config['monitoring']['otlp']>,
  resource: ReturnType<typeof resourceFromAttributes>,
): Promise<Otlp> {
  const [{ OTLPMetricExporter }, { OTLPTraceExporter }, { Traces: TracesOf }] = await Promise.all([
    import('@opentelemetry/exporter-metrics-otlp-proto'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('./traces.ts'),
  ]);
  const to = (signal: string) => ({ url: `${endpoint}/v1/${signal}`, headers: toHeaders(headers?.reveal() ?? '') });
  return {
    traces: new TracesOf(resource, new OTLPTraceExporter(to('traces'))),
    metrics: new OTLPMetricExporter(to('metrics')),
  };
}

function toHeaders(list: string): Record<string, string> {
  const pairs = list.split(',').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
    }),
  );
}

async function send(exporter: PushMetricExporter, metrics: ResourceMetrics): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    exporter.export(metrics, ({ error }) => (error ? reject(error) : resolve()));
  });
}

/** What OpenTelemetry complains of may hold addresses with tokens: only the fact is logged. */
function toLog(log: Log): DiagLogger {
  const error = (message: string) => log.warn('monitoring failed', { reason: message.split('\n')[0]?.slice(0, 100) });
  return { error, warn() {}, info() {}, debug() {}, verbose() {} };
}
