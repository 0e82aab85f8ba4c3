import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import vercelConfig from '../../vercel.json' with { type: 'json' };
import { ROUTES } from '../../api/index.ts';
import { readConfig } from '../../src/settings/config.ts';
import { BOOKING_PROPERTIES } from '../../src/records/booking.ts';
import { CONTACT_PROPERTIES } from '../../src/records/contact.ts';
import { EXAM_PROPERTIES } from '../../src/records/exam.ts';
import { runsPerDay } from '../support/cron-schedule.ts';
import { deliver, event, type RawEvent, WEBHOOK_ENV } from '../support/webhook.ts';
import { World } from '../support/world.ts';

const README = readFileSync('README.md', 'utf8');
const DEPLOYING = readFileSync('.github/DEPLOYING.md', 'utf8');
const ENV = { ...WEBHOOK_ENV, CRON_SECRET: 'cron-secret' };

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(DEPLOYING)?.[1] ?? '';
}

describe('the table of endpoints', () => {
  it('names every route', () => {
    const named = [...README.matchAll(/`(?:(?:GET|POST|DELETE) )?(\/api\/[^`]*)`/g)].map(([, path]) => path);
    // Without an id it is the same endpoint.
    const routes = Object.keys(ROUTES).filter((path) => path !== '/api/bookings');
    expect(routes.filter((path) => !named.includes(path.replace('[id]', '{id}')))).toEqual([]);
  });
});

describe('the schedules for the Hobby plan', () => {
  const { crons } = JSON.parse(block('json')) as { crons: { path: string; schedule: string }[] };

  it('replace those of vercel.json one by one', () => {
    expect(crons.map(({ path }) => path)).toEqual(vercelConfig.crons.map(({ path }) => path));
  });

  it.each(crons)('$path at $schedule: once a day', ({ schedule }) => {
    expect(runsPerDay(schedule)).toBe(1);
  });
});

describe('the crontab for another scheduler', () => {
  const lines = block('crontab')
    .split('\n')
    .filter((line) => line.includes('curl'));
  const entries = lines.map((line) => {
    const [, schedule = '', header = '', value = '', url = ''] =
      /^((?:\S+ ){4}\S+) curl -fsS -H "([\w-]+): ([^"]+)" (https:\S+)$/.exec(line) ?? [];
    return {
      schedule,
      path: new URL(url).pathname,
      headers: { [header]: value.replace('$CRON_SECRET', 'cron-secret') },
    };
  });

  it('calls what vercel.json schedules, as often', () => {
    expect(entries.map(({ path, schedule }) => ({ path, schedule }))).toEqual(vercelConfig.crons);
  });

  it.each(entries)('gets an answer from $path', async ({ path, headers }) => {
    const world = await World.create({ env: ENV });
    const answer = await world.request('GET', path.replace('/api/', ''), { headers });
    expect([answer.status, answer.body.success]).toEqual([200, true]);
  });
});

interface Subscription {
  object: string;
  typeId: string;
  type: string;
  /** Of a property change; empty for other events. */
  property: string;
}

/** One per event, and per property, of the webhooks table. */
const SUBSCRIPTIONS = [...DEPLOYING.matchAll(/^ *\| ([\w ]+) \| `(\d-\d+)` \| (.+) \| (.+) \|$/gm)].flatMap(
  ([, object = '', typeId = '', events = '', properties = '']): Subscription[] => {
    const named = (text: string) => [...text.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name);
    const change = object === 'contacts' ? 'contact.propertyChange' : 'object.propertyChange';
    return [
      ...named(events).map((type) => ({ object, typeId, type, property: '' })),
      ...named(properties).map((property) => ({ object, typeId, type: change, property })),
    ];
  },
);

const EVENT = /^(object|contact)\.(creation|deletion|privacyDeletion|restore|merge|propertyChange|associationChange)$/;

/** Properties that the project reads, by the table's names for the objects. */
const READ: Record<string, readonly string[]> = {
  bookings: BOOKING_PROPERTIES,
  'mock exams': EXAM_PROPERTIES,
  contacts: CONTACT_PROPERTIES,
};

type Ids = Record<string, string>;

/** An instance that has looked at a record of every object, and their ids by the table's names. */
async function warmWorld(): Promise<{ world: World; ids: Ids }> {
  const world = await World.create({ env: ENV });
  const student = world.account.student();
  const exam = world.account.exam();
  const booking = world.account.booking({ student, exam });
  await world.get('bookings/list', { student_id: student.studentId, email: student.email });
  await world.get('mock-exams/available', { mock_type: 'Situational Judgment', realtime: 'true' });
  await world.settle();
  return { world, ids: { bookings: booking, 'mock exams': exam, contacts: student.id } };
}

function toEvent(world: World, { object, typeId, type, property }: Subscription, ids: Ids): RawEvent {
  const objectId = Number(ids[object]);
  if (type === 'object.associationChange') {
    const [from = '', to = ''] = object === 'bookings' ? ['bookings', 'mock exams'] : ['mock exams', 'bookings'];
    const types = { fromObjectTypeId: typeId, toObjectTypeId: to === 'bookings' ? '2-50158943' : '2-50158913' };
    return event(world, type, { fromObjectId: Number(ids[from]), toObjectId: Number(ids[to]), ...types });
  }
  if (type === 'contact.merge') return event(world, type, { primaryObjectId: objectId, mergedObjectIds: [1] });
  const generic = type.startsWith('object.') ? { objectTypeId: typeId } : {};
  const change = property === '' ? {} : { propertyName: property, propertyValue: 'changed' };
  return event(world, type, { objectId, ...generic, ...change });
}

describe('the webhook subscriptions', () => {
  it('are to bookings, mock exams and contacts, by the default object types', () => {
    const { bookings, mockExams, contacts } = readConfig({ HS_PRIVATE_APP_TOKEN: 'any' }).objectTypes;
    const types = Object.fromEntries(SUBSCRIPTIONS.map(({ object, typeId }) => [object, typeId]));
    expect(types).toEqual({ bookings: bookings.id, 'mock exams': mockExams.id, contacts: contacts.id });
  });

  it.each(SUBSCRIPTIONS)('$type of $object ($property) drops what is cached', async (subscription) => {
    const { object, type, property } = subscription;
    expect(type).toMatch(EVENT);
    expect(['', ...(READ[object] ?? [])]).toContain(property);
    const { world, ids } = await warmWorld();
    const events = [toEvent(world, subscription, ids)];
    const { status, body } = await deliver(world, events, 'webhooks/cache-invalidation');
    expect([status, body.data.processed]).toEqual([200, 1]);
    expect(body.data.invalidated).toBeGreaterThan(0);
  });
});
