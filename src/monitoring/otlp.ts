import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { Resource } from '@opentelemetry/resources';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ServedRequest } from '../observability/telemetry.ts';
import type { Config } from '../settings/config.ts';
import { Traces } from './traces.ts';

/** Where metrics and traces are sent to. */
export interface Otlp {
  /** Keeps a request's trace until the next {@link send}. */
  take: (request: ServedRequest) => void;
  send: (metrics: ResourceMetrics) => Promise<void>;
}

/** Sends protobuf over HTTP, which Datadog, New Relic and Grafana take as it is. */
export async function connectOtlp(
  { endpoint, headers }: NonNullable<Config['monitoring']['otlp']>,
  resource: Resource,
): Promise<Otlp> {
  const to = (signal: string) => ({ url: `${endpoint}/v1/${signal}`, headers: toHeaders(headers?.reveal() ?? '') });
  const traces = new Traces(resource, new OTLPTraceExporter(to('traces')));
  const exporter = new OTLPMetricExporter(to('metrics'));
  const sendMetrics = async (metrics: ResourceMetrics) => {
    await new Promise<void>((resolve, reject) => {
      // Its types are those for the other module system.
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
      exporter.export(metrics, ({ error }) => (error ? reject(error) : resolve()));
    });
  };
  return {
    take: (request) => traces.take(request),
    send: async (metrics) => {
      await Promise.all([traces.flush(), sendMetrics(metrics)]);
    },
  };
}

/** From OpenTelemetry's `name=value,name=value`, the values percent-encoded. */
function toHeaders(list: string): Record<string, string> {
  const pairs = list.split(',').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
    }),
  );
}
