import { createHash } from 'node:crypto';
import type { ErrorCode } from '../contract/errors.ts';
import { STATUS } from '../http/failures.ts';
import { EXAMPLES } from './built/examples.ts';
import { CODES } from './codes.ts';
import { codesOf, type EndpointDoc } from './endpoint-doc.ts';
import { fieldsOf } from './document.ts';
import { ENDPOINTS, GROUPS } from './endpoints.ts';
import { STYLE } from './style.ts';

/** A document for browsers, and what it may load: its own style, and nothing else. */
export interface Page {
  html: string;
  policy: string;
}

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The reference as a page without scripts. @param server where this API is; the curl lines go there. */
export function referencePage(server: string): Page {
  const body = [
    '<header><h1>Mock-exam booking API</h1>',
    '<p>Students book mock-exam sessions and pay with credits. Everything is JSON over HTTPS. The same as ',
    '<a href="/api/openapi.json">OpenAPI 3.1</a>.</p></header>',
    navigation(),
    '<main>',
    conventions(),
    ...GROUPS.map(({ title, endpoints }) => {
      return `<section><h2>${text(title)}</h2>${endpoints.map((each) => article(each, server)).join('')}</section>`;
    }),
    codesSection(),
    '</main>',
  ].join('');
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Mock-exam booking API: reference</title><style>${STYLE}</style></head><body>${body}</body></html>`;
  return { html, policy: POLICY };
}

function text(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Prose in which `backticks` mark what is typed. */
function prose(plain: string): string {
  return text(plain).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function navigation(): string {
  const links = ENDPOINTS.map(({ operationId, method, path }) => {
    return `<li><a href="#${operationId}"><b>${method}</b> ${text(path.replace('/api/', ''))}</a></li>`;
  });
  return `<nav aria-label="Endpoints"><ul><li><a href="#conventions">Conventions</a></li>${links.join('')}<li><a href="#codes">Error codes</a></li></ul></nav>`;
}

function conventions(): string {
  const rules = [
    'A success is `{"success": true, "message", "data"}`; health and the schedules return their facts beside `success`.',
    'A failure is `{"success": false, "error", "code"}`: show `error` to people, and decide by `code`.',
    'A GET takes its fields from the query, any other method from a JSON body. Unknown fields are ignored.',
    '`force=true`, or `_t` with any value, asks for an answer that does not come from the cache.',
    'With 429 and 503 the `Retry-After` header says how many seconds to wait.',
    'Every answer has `X-Request-Id`, and `Server-Timing` with what it waited for. A `traceparent` header is taken up.',
  ];
  return `<section id="conventions"><h2>Conventions</h2><ul>${rules.map((rule) => `<li>${prose(rule)}</li>`).join('')}</ul></section>`;
}

const OF_A_STUDENT = 'Whoever knows the student id and the e-mail address of one student.';
const WHO: Record<EndpointDoc['audience'], string> = {
  student: 'Anybody.',
  public: 'Anybody.',
  cron: 'Whoever has the cron secret: `Authorization: Bearer …`.',
  operator: 'Whoever has the monitoring token: `Authorization: Bearer …`.',
  webhook: 'HubSpot, whose signature is checked.',
};

function article(endpoint: EndpointDoc, server: string): string {
  const { operationId, method, path, summary, description, audience, answers } = endpoint;
  const statuses = Object.keys(answers).join(' or ');
  return [
    `<article id="${operationId}"><h3><span class="method">${method}</span> <code>${text(path)}</code></h3>`,
    `<p>${prose(summary)}.${description ? ` ${prose(description)}` : ''}</p>`,
    `<p class="soft">${prose(endpoint.fields['student_id'] ? OF_A_STUDENT : WHO[audience])}</p>`,
    fieldTable(endpoint),
    audience === 'webhook' ? '' : `<pre tabindex="0"><code>${text(curlOf(endpoint, server))}</code></pre>`,
    exampleOf(endpoint),
    `<p>Answers ${statuses}, or with ${codesOf(endpoint).map(codeLink).join(', ')}.</p></article>`,
  ].join('');
}

/** A success over the embedded HubSpot's records, shortened, for whoever wants to see one. */
function exampleOf({ operationId, answers }: EndpointDoc): string {
  const status = Object.keys(answers).find((each) => EXAMPLES[operationId]?.[Number(each)] !== undefined);
  if (status === undefined) return '';
  const json = JSON.stringify(EXAMPLES[operationId]?.[Number(status)], null, 2);
  return `<details><summary>An answer, ${status}</summary><pre tabindex="0"><code>${text(json)}</code></pre></details>`;
}

/** What is shown of a field's JSON Schema. */
interface FieldSchema {
  enum?: (string | null)[];
  default?: string | number | boolean;
  description?: string;
}

function fieldTable(endpoint: EndpointDoc): string {
  const fields = fieldsOf(endpoint);
  if (fields.length === 0) return '';
  const rows = fields.map(({ name, required, schema }) => {
    const { enum: choices, default: usual, description } = schema as FieldSchema;
    const notes = [
      `${description ?? ''}.`,
      ...(choices ? [`One of ${choices.filter((choice) => choice !== null).join(', ')}.`] : []),
      ...(usual === undefined ? [] : [`${usual} unless given.`]),
    ];
    return `<tr><th scope="row"><code>${text(name)}</code></th><td>${required ? 'required' : ''}</td><td>${prose(notes.join(' '))}</td></tr>`;
  });
  return `<div class="scroll" tabindex="0" role="group" aria-label="Fields of ${endpoint.operationId}"><table><thead><tr><th scope="col">field</th><th scope="col"></th><th scope="col">meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

/** A line for a shell, with the examples of the fields. */
export function curlOf({ method, path, fields, audience }: EndpointDoc, server: string): string {
  const examples = Object.entries(fields).flatMap(([name, { example }]) =>
    example === undefined ? [] : [[name, example] as const],
  );
  const url = new URL(path.replace('{id}', path.includes('mock-exams') ? '35864200951' : '38800100001'), server);
  const secret = audience === 'cron' ? '$CRON_SECRET' : '$MONITORING_TOKEN';
  const bearer = audience === 'cron' || audience === 'operator' ? ` -H "Authorization: Bearer ${secret}"` : '';
  if (method === 'GET') {
    for (const [name, example] of examples) url.searchParams.set(name, String(example));
    return `curl${bearer} '${url.href}'`;
  }
  const json = JSON.stringify(Object.fromEntries(examples)).replaceAll("'", String.raw`'\''`);
  const body = examples.length === 0 ? '' : ` \\\n  -H 'Content-Type: application/json' \\\n  -d '${json}'`;
  return `curl -X ${method}${bearer} '${url.href}'${body}`;
}

function codeLink(code: ErrorCode): string {
  return `<a href="#code-${code}"><code>${code}</code></a>`;
}

function codesSection(): string {
  const entries = Object.entries(CODES).map(([code, { meaning, action }]) => {
    const status = code === 'RATE_LIMITED' ? '429 or 503' : String(STATUS[code as ErrorCode]);
    const from = ENDPOINTS.filter((endpoint) => endpoint.codes.includes(code as ErrorCode));
    const links = from.map(({ operationId }) => `<a href="#${operationId}">${operationId}</a>`);
    const where = links.length > 0 ? `<p class="soft">From ${links.join(', ')}.</p>` : '';
    return `<article id="code-${code}"><h3><code>${code}</code> <span class="soft">${status}</span></h3><p>${prose(meaning)}</p><p>${prose(action)}</p>${where}</article>`;
  });
  return `<section id="codes"><h2>Error codes</h2>${entries.join('')}</section>`;
}
