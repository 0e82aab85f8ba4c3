/** Fields of a cron expression as Vercel takes them, with the numbers that fit. */
const FIELDS = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12 },
  { name: 'day of the week', least: 0, most: 6 },
] as const;

/**
 * How often a day a schedule runs, on the days it does.
 * @throws when Vercel would not take it: it knows five fields, no names, and no two kinds of days at once.
 */
export function runsPerDay(schedule: string): number {
  const texts = schedule.split(' ');
  if (texts.length !== FIELDS.length) throw new Error(`"${schedule}" has not five fields`);
  const [minutes = [], hours = []] = FIELDS.map((field, index) => numbersOf(texts[index] ?? '', field));
  if (texts[2] !== '*' && texts[4] !== '*') throw new Error(`"${schedule}" names days of the month and of the week`);
  return minutes.length * hours.length;
}

function numbersOf(text: string, { name, least, most }: (typeof FIELDS)[number]): number[] {
  const numbers = text.split(',').flatMap((part) => {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/([1-9]\d*))?$/.exec(part);
    if (!match) throw new Error(`"${part}" is no ${name}`);
    const [, first, last, step] = match;
    const from = Number(first ?? least);
    const to = Number(last ?? (first === undefined || step !== undefined ? most : first));
    if (from < least || to > most || from > to) throw new Error(`"${part}" is no ${name} from ${least} to ${most}`);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(
      (number) => (number - from) % Number(step ?? 1) === 0,
    );
  });
  return [...new Set(numbers)];
}
