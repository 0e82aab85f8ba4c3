import type { EndpointReport, Report } from './report.ts';
import { latencyText } from './report-text.ts';

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8886; overflow-wrap: anywhere; }
th, td:first-child { white-space: nowrap; }
h2 { margin-bottom: 0; font-size: 1.1rem; }
.verdict { font-size: 1.2rem; font-weight: 600; }
.ok { color: light-dark(#176f2c, #6fdd8b); } .bad { color: light-dark(#a40e26, #ff8f8f); }`;

/** A report as one page that needs nothing else. */
export function toPage({ verdict, exitCode, endpoints, expected, skipped }: Report): string {
  const skippedRows = Object.entries(skipped).map(([reason, count]) => row([count, reason]));
  const expectedRows = expected.map(({ name, reason, count }) => row([count, name, reason]));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Two APIs compared</title><style>${STYLE}</style></head><body>
<h1>Two APIs compared</h1>
<p class="verdict ${exitCode === 0 ? 'ok' : 'bad'}">${escape(verdict)}</p>
${endpoints.map(endpointPart).join('\n')}
<h2>Meant to differ, and left out</h2>${table(['count', 'what', 'why'], expectedRows)}
${skippedRows.length > 0 ? `<h2>Not sent</h2>${table(['count', 'why'], skippedRows)}` : ''}
</body></html>
`;
}

function endpointPart(report: EndpointReport): string {
  const { endpoint, equal, different, unanswered, reasons, differences, differsByItself } = report;
  const rows = differences.flatMap(({ where, count, examples }) =>
    examples.map(({ request, baseline, candidate }, index) =>
      row([index === 0 ? count : '', index === 0 ? where : '', baseline, candidate, request]),
    ),
  );
  const unsteady = Object.entries(differsByItself).map(([where, count]) =>
    row([count, where, 'the baseline differs from itself', '', '']),
  );
  const headers = ['count', 'where', 'baseline', 'candidate', 'example'];
  return `<h2>${escape(endpoint)}</h2>
<p class="${different + unanswered === 0 ? 'ok' : 'bad'}">${equal} the same, ${different} different, ${unanswered} not answered</p>
${Object.entries(reasons)
  .map(([reason, count]) => `<p class="bad">${count} × ${escape(reason)}</p>`)
  .join(
    '',
  )}<p>${escape(latencyText(report))}</p>${rows.length + unsteady.length > 0 ? table(headers, [...rows, ...unsteady]) : ''}`;
}

function table(headers: readonly string[], rows: readonly string[]): string {
  const head = headers.map((header) => `<th scope="col">${header}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function row(cells: readonly (string | number)[]): string {
  return `<tr>${cells.map((cell) => `<td>${escape(String(cell))}</td>`).join('')}</tr>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
