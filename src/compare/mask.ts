/** Keys whose values name a person, or hold a name. */
const PERSONAL_KEY = /name|email|student_id|booking_id|booking_number|title|phone|address|confirmation_message|reason/i;
const ADDRESS = /[^\s@"'<>=&]+(?:@|%40)[^\s@"'<>&]+/g;
/** Student ids as they are: seven digits or so, shorter than record ids. */
const STUDENT_ID = /\b\d{5,9}\b/g;

/** A value as a report may show it: no name, no e-mail address, no student id, and not much of it. */
export function maskValue(path: string, value: unknown): string {
  if (value === undefined) return '(missing)';
  const key = path.split('.').at(-1) ?? '';
  if (typeof value === 'string' && PERSONAL_KEY.test(key)) return `(text of ${value.length})`;
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? `(list of ${value.length})` : `(object: ${Object.keys(value).join(', ')})`;
  }
  return shorten(maskText(JSON.stringify(value)));
}

/** A request without what its query and body name. */
export function maskPath(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://any');
  const query = [...searchParams].map(([name, value]) => `${name}=${PERSONAL_KEY.test(name) ? '…' : maskText(value)}`);
  return query.length === 0 ? maskText(pathname) : `${maskText(pathname)}?${query.join('&')}`;
}

function maskText(text: string): string {
  return text.replaceAll(ADDRESS, '…@…').replaceAll(STUDENT_ID, '…');
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
