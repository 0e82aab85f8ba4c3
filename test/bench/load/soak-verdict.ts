import { seatHoldersOf } from '../../support/seat-holders.ts';
import { distribution } from '../measure/percentiles.ts';
import { tally } from '../measure/tally.ts';
import { send } from '../measure/wire.ts';
import { formatTable, milliseconds } from '../report/table.ts';
import { listRequest, syncRequest } from '../scenarios/requests.ts';
import { isTooLate, LATE_MS } from './deadline.ts';
import type { SoakAnswer, SoakStudent } from './soak-people.ts';
import { tellStory } from './soak-story.ts';
import type { SoakOptions, Stage } from './soak-stage.ts';

/** What the instances said at level error, by message. */
interface ErrorLine {
  message: string;
  text: string;
}

export interface Soaked {
  stage: Stage;
  people: readonly SoakStudent[];
  troubles: number;
  /** Resident memory in megabytes, per instance, in time order. */
  memory: readonly (readonly number[])[];
}

/** What is wrong at the end, one line each; none when all is as it should be. */
export async function findFaults(soaked: Soaked, options: SoakOptions): Promise<string[]> {
  const { stage } = soaked;
  const [first] = stage.apis;
  const synced = await send(first?.url ?? '', syncRequest());
  return [
    ...(synced.status === 200 ? [] : [`the sync answered ${synced.status}`]),
    ...badAnswers(soaked, options),
    ...badSeats(stage),
    ...badCredits(soaked, options),
    ...(await badLists(soaked)),
    ...soaked.memory.flatMap((samples, index) => badMemory(samples, index)),
  ];
}

function errorLines({ apis }: Stage): ErrorLine[] {
  return apis.flatMap(({ errorLines: lines }) =>
    lines.map((text) => ({ message: String((JSON.parse(text) as { message: unknown }).message), text })),
  );
}

function answersOf({ people }: Soaked): SoakAnswer[] {
  return people.flatMap(({ answers }) => answers);
}

/** An instance that is killed breaks its connections. */
function badAnswers(soaked: Soaked, { redis, faults }: SoakOptions): string[] {
  const bad = answersOf(soaked).flatMap(({ action, answer }) => {
    const { status, body, retryAfter } = answer;
    if (isTooLate(answer)) return [`${action} took longer than its deadline`];
    if (status === 503 && retryAfter === null) return [`${action} 503 without Retry-After`];
    return (status === 0 && !(redis && faults)) || (status >= 500 && status !== 503)
      ? [`${action} ${status} ${String(body?.code)}`]
      : [];
  });
  return [...Object.entries(tally(bad)).map(([what, count]) => `${count} × ${what}`), ...lateLines(soaked.stage)];
}

/** What the log says of requests that took longer than they may, as they tell what they waited for. */
function lateLines({ apis }: Stage): string[] {
  return apis.flatMap(({ lines }) =>
    lines.filter((line) => Number(/"durationMs":(\d+)/.exec(line)?.[1] ?? 0) > LATE_MS),
  );
}

function badSeats({ account, emulator, sessions }: Stage): string[] {
  return sessions.flatMap(({ id }) => {
    const { capacity, total_bookings: stored } = account.values('mock_exams', id);
    const seats = seatHoldersOf(emulator, id).length;
    return [
      ...(seats > Number(capacity) ? [`session ${id} holds ${seats} of ${capacity} seats`] : []),
      ...(seats === Number(stored) ? [] : [`session ${id} counts ${stored}, and holds ${seats}`]),
    ];
  });
}

/** A difference needs a line that asks for a check of just that student's credit; with the two properties there is none. */
function badCredits({ stage, people }: Soaked, { properties }: SoakOptions): string[] {
  const checks = errorLines(stage).filter(({ message }) => message.includes('check'));
  return people.flatMap((person) => {
    const { id } = person.student;
    const difference = person.surplus();
    const isTold = !properties && checks.some(({ text }) => text.includes(`"${id}"`));
    if (difference === 0 || isTold) return [];
    return [`contact ${id} has ${difference} credits more than it should`, ...tellStory(stage, person)];
  });
}

async function badLists({ stage, people }: Soaked): Promise<string[]> {
  const { account, emulator, sessions, apis } = stage;
  const seated = sessions.flatMap(({ id }) => seatHoldersOf(emulator, id));
  const checks = people.map(async ({ student }) => {
    const held = seated.filter((booking) => account.values('bookings', booking)['email'] === student.email);
    const answers = await Promise.all(
      apis.map(async ({ url }) => send(url, listRequest(student, { filter: 'upcoming', limit: 100, force: 'true' }))),
    );
    return answers.flatMap(({ status, body }) => {
      const shown: string[] = status === 200 ? body.data.bookings.map(({ id }: { id: string }) => id) : [];
      const isSame = shown.toSorted().join() === held.toSorted().join();
      return isSame
        ? []
        : [`the list of contact ${student.id} shows ${shown.length} bookings instead of ${held.length}`];
    });
  });
  return (await Promise.all(checks)).flat();
}

/** After a third of the time everything is loaded and warm. */
function badMemory(samples: readonly number[], index: number): string[] {
  const mean = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length);
  const warm = mean(samples.slice(Math.floor(samples.length / 3)).slice(0, 5));
  const end = mean(samples.slice(-5));
  if (samples.length < 15 || end <= warm * 1.5 + 30) return [];
  return [`instance ${index + 1} grew from ${warm.toFixed(0)} to ${end.toFixed(0)} MB`];
}

/** The soak as text for a terminal. */
export function describeSoak(soaked: Soaked): string {
  const answers = answersOf(soaked);
  const rows = [...Map.groupBy(answers, ({ action }) => action)].map(([action, group]) => {
    const { count, p50, p95, max } = distribution(group.map(({ answer }) => answer.receivedAt - answer.sentAt));
    const told = tally(
      group.map(({ answer: { status, body } }) => (status < 300 ? String(status) : `${status} ${String(body?.code)}`)),
    );
    const outcomes = Object.entries(told).map(([what, times]) => `${times} × ${what}`);
    return [action, count, ...[p50, p95, max].map(milliseconds), outcomes.join(', ')];
  });
  const lines = tally(errorLines(soaked.stage).map(({ message }) => message));
  const memory = soaked.memory.map((samples) => `${samples.at(0)?.toFixed(0)} to ${samples.at(-1)?.toFixed(0)} MB`);
  return [
    formatTable(['request', 'count', 'p50 ms', 'p95 ms', 'max ms', 'answers'], rows),
    `${soaked.troubles} faults, memory ${memory.join(' and ')}`,
    ...Object.entries(lines).map(([message, count]) => `${count} × error line: ${message}`),
    // One example of each.
    ...new Map(errorLines(soaked.stage).map(({ message, text }) => [message, text])).values(),
  ].join('\n\n');
}
