import { describe, expect, it } from 'vitest';
import type { Portal } from '../../src/emulator/portal.ts';
import { PREPDOCTORS_PORTAL } from '../../src/emulator/prepdoctors-portal.ts';
import { BOOKINGS, CONTACTS, MOCK_EXAMS, seatHolders, sendBooking } from '../support/booking.ts';
import { type CallTarget, FAULTS, LIFELIKE, OUTAGES } from '../support/faults.ts';
import { World } from '../support/world.ts';

const STUDENTS = 12;

/** The calls that students who book at the same moment share. */
const SHARED: CallTarget[] = [
  ['the contacts', { operation: 'objects.batchRead', objectType: CONTACTS }],
  ['their bookings', { operation: 'associations.batchRead', objectType: CONTACTS }],
  ['the exam', { operation: 'objects.get', objectType: MOCK_EXAMS }],
  ['the bookings made', { operation: 'objects.batchCreate', objectType: BOOKINGS }],
  ['the credits taken', { operation: 'objects.batchUpdate', objectType: CONTACTS }],
];

/** The customer's account, had somebody made `booking_id` unique. */
const UNIQUE_BOOKING_IDS: Portal = {
  ...PREPDOCTORS_PORTAL,
  objectTypes: PREPDOCTORS_PORTAL.objectTypes.map((type) => {
    if (type.typeId !== BOOKINGS) return type;
    return { ...type, properties: { ...type.properties, booking_id: { type: 'string', unique: 'invalid' } } };
  }),
};

async function bookTogether(portal?: Portal) {
  const env = { RATE_LIMIT_PER_ADDRESS: '0' };
  const world = await World.create({ settings: LIFELIKE, env, ...(portal ? { portal } : {}) });
  const exam = world.account.exam({ capacity: STUDENTS });
  const students = Array.from({ length: STUDENTS }, () => world.account.student({ sj_credits: 1 }));
  const send = async () =>
    world.clock.run(async () => Promise.all(students.map(async (student) => sendBooking(world, student, { exam }))));
  const bookingsOf = (id: string) => {
    const { associations } = world.emulator.account;
    const linked = new Set(associations.at(CONTACTS, id, BOOKINGS, world.clock.now()).map(({ toId }) => toId));
    return seatHolders(world, exam).filter((booking) => linked.has(booking));
  };
  return { world, exam, students, send, bookingsOf };
}

describe.each(OUTAGES)('students who book together, when a call they share fails %s', (_outage, times) => {
  describe.each(SHARED)('%s', (_call, target) => {
    it.each(FAULTS)(
      'with %s: each has one booking and paid, or none and did not, or the log says what to repair',
      async (_name, fault) => {
        const { world, students, send, bookingsOf } = await bookTogether();
        world.emulator.faults.add({ ...target, fault, times });
        const answers = await send();
        await world.settle();
        const byHand = JSON.stringify(world.logged('error').filter(({ message }) => String(message).includes('check')));
        for (const [index, { id }] of students.entries()) {
          if (byHand.includes(`"${id}"`)) continue;
          const booked = answers[index]?.status === 201;
          const credits = world.account.values('contacts', id)['sj_credits'];
          expect([bookingsOf(id).length, credits]).toEqual(booked ? [1, '0'] : [0, '1']);
        }
      },
    );
  });
});

describe('students who book together', () => {
  it('share the calls: each kind leaves once', async () => {
    const { world, send } = await bookTogether();
    const answers = await send();
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(STUDENTS).fill(201));
    const calls = world.takeCalls().filter(({ operation }) => operation !== 'associations.labels');
    expect(calls.map(({ operation, objectType }) => `${operation} ${objectType}`)).toEqual(
      [...SHARED].map(([, { operation, objectType }]) => `${operation} ${objectType}`).toSorted(byFirstUse),
    );
  });

  it('one input that HubSpot refuses takes nobody else down', async () => {
    const { world, exam, students } = await bookTogether(UNIQUE_BOOKING_IDS);
    const { account } = world.emulator;
    const [first] = students;
    const taken = { booking_id: 'Situational Judgment-Taken - 2026-12-10' };
    account.create(account.objectType(BOOKINGS), taken, world.clock.now());
    const answers = await world.clock.run(async () =>
      Promise.all(
        students.map(async (student) =>
          sendBooking(world, student, { exam, body: { name: student === first ? 'Taken' : `Ada ${student.id}` } }),
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([400, ...Array<number>(STUDENTS - 1).fill(201)]);
    expect(answers[0]?.body.code).toBe('DUPLICATE_BOOKING');
    await world.settle();
    expect(seatHolders(world, exam)).toHaveLength(STUDENTS - 1);
  });
});

/** Contacts and exam are read side by side, the contacts first. */
function byFirstUse(left: string, right: string): number {
  const order = [
    'objects.batchRead',
    'objects.get',
    'associations.batchRead',
    'objects.batchCreate',
    'objects.batchUpdate',
  ];
  return order.findIndex((name) => left.startsWith(name)) - order.findIndex((name) => right.startsWith(name));
}
