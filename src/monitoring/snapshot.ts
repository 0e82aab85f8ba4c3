import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** One series of a metric, as an instance has counted it since it began. */
export interface Series {
  labels: Record<string, string>;
  /** Of a counter or a gauge. */
  value?: number;
  /** Of a histogram: how many, their sum, and how many in each bucket, whose upper bounds are `bounds` and infinity. */
  count?: number;
  sum?: number;
  bounds?: readonly number[];
  buckets?: readonly number[];
}

/** What one instance knew at a time, by the names of its metrics. */
export interface Snapshot {
  instanceId: string;
  /** Epoch milliseconds. */
  atMs: number;
  startedAtMs: number;
  metrics: Record<string, readonly Series[]>;
}

/** A collection in the least words, for the dashboard. */
export function toMetrics({ scopeMetrics }: ResourceMetrics): Snapshot['metrics'] {
  const all = scopeMetrics.flatMap(({ metrics }) => metrics);
  return Object.fromEntries(
    all.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ attributes, value }): Series => {
        const labels = Object.fromEntries(Object.entries(attributes).map(([name, each]) => [name, String(each)]));
        if (typeof value === 'number') return { labels, value };
        const { count, sum = 0, buckets } = value as Distribution;
        return { labels, count, sum, bounds: buckets.boundaries, buckets: buckets.counts };
      }),
    ]),
  );
}

interface Distribution {
  count: number;
  sum?: number;
  buckets: { boundaries: number[]; counts: number[] };
}

/** What the dashboard is drawn from. */
export interface MonitoringData {
  /** Epoch milliseconds. */
  atMs: number;
  /** Address of HubSpot, or of the embedded one. */
  hubspot: string;
  /** Whether HubSpot's events are let in. */
  webhooks: boolean;
  instances: readonly Snapshot[];
  /** Sessions that students looked at lately, as this instance knows them. */
  sessions: readonly KnownSession[];
}

export interface KnownSession {
  id: string;
  type: string;
  /** `YYYY-MM-DD` */
  date: string;
  capacity: number;
  taken: number;
}
