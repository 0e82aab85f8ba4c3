/** Fields whose texts are words of the API, never a person's. All other texts are shown by their length alone. */
const OPEN_FIELDS = new Set([
  'status',
  'code',
  'is_active',
  'mock_type',
  'exam_date',
  'start_time',
  'end_time',
  'created_at',
  'updated_at',
  'location',
  'attending_location',
  'credit_field_deducted',
  'used_field',
  'credit_type',
  'type',
  'mode',
  'service',
  'enrollment_status',
  'filter',
]);
/** Parameters of a query whose values are words of the API. */
const OPEN_PARAMETERS = new Set([
  'filter',
  'page',
  'limit',
  'mock_type',
  'realtime',
  'include_capacity',
  'force',
  'dry_run',
  'deep',
]);
/** Records are known by longer numbers than students are. */
const RECORD_ID = /^\d{10,20}$/;
const MOMENT = /^\d{4}-\d\d-\d\d(T[\d:.]+Z?)?$/;
/** A field's name as programs write them; what an answer uses a person's name or address for looks otherwise. */
const FIELD = /^[a-z][A-Za-z0-9_]{0,40}$/;
const MOST_SHOWN = 60;

/** A value as a report may show it. What is not known to be a word of the API may name a person, and is not shown. */
export function maskValue(where: string, value: unknown): string {
  if (value === undefined) return '(missing)';
  if (where === 'status' || where.startsWith('header ')) return shorten(JSON.stringify(value));
  if (Array.isArray(value)) return `(list of ${value.length})`;
  if (typeof value === 'object' && value !== null) return `(object: ${Object.keys(value).map(maskField).join(', ')})`;
  if (typeof value === 'string') return maskWord(where, value);
  // A number may be a student id.
  return typeof value === 'number' && String(value).length > 4 && !RECORD_ID.test(String(value))
    ? '(number)'
    : JSON.stringify(value);
}

function maskWord(where: string, text: string): string {
  const field = where.split(/[.[]/).findLast((part) => FIELD.test(part)) ?? '';
  const isOpen = OPEN_FIELDS.has(field) && /^[\w .:-]*$/.test(text);
  return isOpen || RECORD_ID.test(text) || MOMENT.test(text)
    ? shorten(JSON.stringify(text))
    : `(text of ${text.length})`;
}

/** A field's name; one that may be somebody's name or address is not shown. */
export function maskField(name: string): string {
  return FIELD.test(name) ? name : '…';
}

/** A request by its endpoint and by what of its query names nobody. */
export function maskPath(endpoint: string, path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://any');
  const id = pathname.split('/').find((part) => RECORD_ID.test(part)) ?? '…';
  const query = [...searchParams].map(
    ([name, value]) => `${maskField(name)}=${OPEN_PARAMETERS.has(name) && /^[\w -]*$/.test(value) ? value : '…'}`,
  );
  return `${endpoint.replace('{id}', id)}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

function shorten(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN - 1)}…` : text;
}
