import { maskField } from './mask.ts';

/** What an API answered, as far as a browser reads it. */
export interface Answered {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text. */
  body: unknown;
}

/** One place at which two answers differ. */
export interface Difference {
  /** `status`, `header …`, or a path in the body in which `[]` stands for any entry, such as `data.bookings[].id`. It names nobody. */
  where: string;
  baseline: unknown;
  candidate: unknown;
}

/** Headers that a browser or its page acts on. */
const COMPARED_HEADERS = [
  'content-type',
  'cache-control',
  'retry-after',
  'allow',
  'vary',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
];

/** Fields by which entries of a list are known again, whatever their order. */
const ID_FIELDS = ['id', 'mock_exam_id', 'examId'];

export function differencesOf(baseline: Answered, candidate: Answered): Difference[] {
  const found: Difference[] = [];
  const note = (where: string, left: unknown, right: unknown) => {
    found.push({ where, baseline: left, candidate: right });
  };
  if (baseline.status !== candidate.status) note('status', baseline.status, candidate.status);
  for (const name of COMPARED_HEADERS) {
    const [left, right] = [baseline.headers[name], candidate.headers[name]];
    if (normalHeader(left) !== normalHeader(right)) note(`header ${name}`, left, right);
  }
  compare('body', baseline.body, candidate.body, note);
  return found;
}

/** Case and blanks in a header's list of words make no difference, nor does UTF-8, which JSON always is. */
function normalHeader(value: string | undefined): string | undefined {
  return value
    ?.toLowerCase()
    .replace(/; ?charset=utf-8$/, '')
    .split(/[,;]/)
    .map((word) => word.trim())
    .toSorted()
    .join();
}

type Note = (where: string, baseline: unknown, candidate: unknown) => void;

function compare(where: string, left: unknown, right: unknown, note: Note): void {
  if (Array.isArray(left) && Array.isArray(right)) compareLists(where, left, right, note);
  else if (isRecord(left) && isRecord(right)) {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const name = maskField(key);
      compare(where === 'body' ? name : `${where}.${name}`, left[key], right[key], note);
    }
  } else if (!Object.is(left, right)) note(where, left, right);
}

function compareLists(where: string, left: readonly unknown[], right: readonly unknown[], note: Note): void {
  const entries = [...left, ...right];
  const idField = ID_FIELDS.find((field) => entries.every((entry) => isRecord(entry) && entry[field] !== undefined));
  if (idField === undefined || entries.length === 0) {
    if (left.length !== right.length) note(`${where}.length`, left.length, right.length);
    for (const [index, entry] of left.entries()) {
      if (index < right.length) compare(`${where}[]`, entry, right[index], note);
    }
    return;
  }
  const idOf = (entry: unknown) => String((entry as Record<string, unknown>)[idField]);
  const byId = new Map(right.map((entry) => [idOf(entry), entry]));
  const known = new Set(left.map(idOf));
  for (const entry of left) {
    const other = byId.get(idOf(entry));
    if (other === undefined) note(`${where}[] only in the baseline`, idOf(entry), undefined);
    else compare(`${where}[]`, entry, other, note);
  }
  for (const id of byId.keys()) if (!known.has(id)) note(`${where}[] only in the candidate`, undefined, id);
  const shared = (list: readonly unknown[]) => list.map(idOf).filter((id) => known.has(id) && byId.has(id));
  const [before, after] = [shared(left), shared(right)];
  if (before.join() !== after.join()) note(`${where}[] order`, before, after);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
