import type { EndpointReport, Report } from './report.ts';

/** A report for a terminal. */
export function toText({ verdict, endpoints, expected, skipped }: Report): string {
  return [
    ...endpoints.map(endpointText),
    section(
      'Meant to differ, and left out',
      expected.filter(({ count }) => count > 0).map(({ name, reason, count }) => `${count} × ${name}: ${reason}`),
    ),
    section(
      'Not sent',
      Object.entries(skipped).map(([reason, count]) => `${count} × ${reason}`),
    ),
    verdict,
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function endpointText(report: EndpointReport): string {
  const { endpoint, equal, different, unanswered, reasons, differences, differsByItself } = report;
  const counts = `${equal} the same, ${different} different${unanswered > 0 ? `, ${unanswered} not answered` : ''}`;
  const places = differences.flatMap(({ where, count, examples }) => [
    `${count} × ${where}`,
    ...examples.map(({ request, baseline, candidate }) => `    ${baseline} → ${candidate}   ${request}`),
  ]);
  const silent = Object.entries(reasons).map(([reason, count]) => `${count} × ${reason}`);
  const unsteady = Object.entries(differsByItself).map(
    ([where, count]) => `${count} × ${where}: the baseline differs from itself`,
  );
  return section(`${endpoint}: ${counts}; ${latencyText(report)}`, [...silent, ...places, ...unsteady]);
}

/** Such as `p50 4100 → 180 ms (23 times as fast), p95 …`. */
export function latencyText({ latency: { baseline, candidate, p50Ratio } }: EndpointReport): string {
  const ratio = p50Ratio === null ? '' : ` (${describeRatio(p50Ratio)})`;
  return `p50 ${toMs(baseline.p50)} → ${toMs(candidate.p50)} ms${ratio}, p95 ${toMs(baseline.p95)} → ${toMs(candidate.p95)} ms`;
}

function describeRatio(ratio: number): string {
  return ratio >= 1 ? `${toMs(ratio)} times as fast` : `${toMs(1 / ratio)} times as slow`;
}

function toMs(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : ms.toFixed(0);
}
