import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** Metrics in Prometheus' text format, version 0.0.4. */
export function toPrometheusText({ resource, scopeMetrics }: ResourceMetrics): string {
  const named = scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(withUnit) }));
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  // Its types are those for the other module system.
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
  return serializer.serialize({ resource, scopeMetrics: named });
}

/** Prometheus wants the unit in the name [its naming guide]. */
function withUnit(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor;
  return { ...metric, descriptor: { ...metric.descriptor, name: unit === 's' ? `${name}.seconds` : name, unit: '' } };
}
