/** How long things took, in the unit they were measured in. */
export interface Distribution {
  count: number;
  mean: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/**
 * The value that `percent` of the values do not exceed (nearest rank): always one that was measured.
 * @throws {RangeError} when there are no values.
 */
export function percentile(values: readonly number[], percent: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * ordered.length));
  const value = ordered[rank - 1];
  if (value === undefined) throw new RangeError('there is no percentile of no values');
  return value;
}

/** @throws {RangeError} when there are no values. */
export function distribution(values: readonly number[]): Distribution {
  return {
    count: values.length,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    p50: percentile(values, 50),
    p95: percentile(values, 95),
    p99: percentile(values, 99),
    max: percentile(values, 100),
  };
}
