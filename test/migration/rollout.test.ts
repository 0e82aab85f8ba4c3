import { describe, expect, it } from 'vitest';
import { signV3 } from '../../src/http/hubspot-signature.ts';
import type { TestStudent } from '../support/account-builder.ts';
import { bookingBody, seatHolders } from '../support/booking.ts';
import { LIFELIKE, login } from '../support/looking.ts';
import { Address, readStep, startOldApi } from '../support/rollout.ts';
import { type Answer, World } from '../support/world.ts';

const CREDITS = 5;
const TYPE = 'Situational Judgment';
const CAPACITY = 40;
/** HubSpot shows everything by then, and what is owed is paid. */
const LONG_MS = 15_000;

/** A HubSpot account, the address that students use, and the students with the bookings that they should have. */
class Migration {
  readonly world: World;
  readonly address: Address;
  readonly exams: { id: string; date: string }[];
  readonly students: TestStudent[];
  /** Bookings that each was told of and has not cancelled. */
  readonly #bookings = new Map<TestStudent, string[]>();

  private constructor(world: World) {
    this.world = world;
    this.address = new Address(startOldApi(world), world);
    const dates = ['2026-12-10', '2026-12-11', '2026-12-12'];
    this.exams = dates.map((date) => ({ id: world.account.exam({ date, capacity: CAPACITY }), date }));
    this.students = Array.from({ length: 6 }, () => world.account.student({ sj_credits: CREDITS }));
  }

  static async begin(): Promise<Migration> {
    return new Migration(await World.create({ settings: LIFELIKE, env: { VERCEL: '1', ...readStep(1).env } }));
  }

  /** Publishes the rules of a step; of none, everything goes to the old API again. */
  route(step: number | undefined): void {
    this.address.routes = step === undefined ? [] : (readStep(step).routes ?? this.address.routes);
  }

  /** The new API is deployed again with the variables of a step; what ran before finishes by itself. */
  async deploy(step: number, env: Record<string, string> = {}): Promise<void> {
    this.address.current = await this.world.sibling({ VERCEL: '1', ...readStep(step).env, ...env });
  }

  /** HubSpot shows everything, nobody owes anything. */
  async passTime(): Promise<void> {
    await this.world.clock.run(async () => {
      await this.world.clock.sleep(LONG_MS);
      await this.address.current.work.done();
      await this.world.work.done();
      await this.world.emulator.settled();
    });
  }

  async send(...call: Parameters<Address['send']>): Promise<Answer> {
    return this.world.clock.run(async () => this.address.send(...call));
  }

  async book(student: TestStudent, index: number): Promise<Answer> {
    return this.world.clock.run(async () => this.sendBooking(student, index));
  }

  /** For requests side by side. */
  async sendBooking(student: TestStudent, index: number): Promise<Answer> {
    const { id: exam, date } = this.exams[index] ?? { id: '', date: '' };
    const answer = await this.address.send('POST', 'bookings/create', { body: bookingBody(student, { exam, date }) });
    if (answer.status === 201) {
      this.#bookings.set(student, [...this.bookingsOf(student), String(answer.body.data.booking_record_id)]);
    }
    return answer;
  }

  async cancel(student: TestStudent): Promise<Answer> {
    const [first = '', ...others] = this.bookingsOf(student);
    const answer = await this.send('DELETE', `bookings/${first}`, { body: login(student) });
    if (answer.status === 200) this.#bookings.set(student, others);
    return answer;
  }

  bookingsOf(student: TestStudent): string[] {
    return this.#bookings.get(student) ?? [];
  }

  /** What a student is shown wrongly through the address: bookings, credits, sessions. */
  async look(student: TestStudent): Promise<string[]> {
    const own = this.bookingsOf(student);
    const list = await this.send('GET', 'bookings/list', { query: { ...login(student), filter: 'upcoming' } });
    const shown = list.body.data.bookings.filter(({ is_active: is }: { is_active: string }) => is === 'Active');
    const ids: string[] = shown.map(({ id }: { id: string }) => id);
    const body = { ...login(student), mock_type: TYPE };
    const credits = await this.send('POST', 'mock-exams/validate-credits', { body });
    const available = await this.send('GET', 'mock-exams/available', { query: { mock_type: TYPE, realtime: 'true' } });
    return [
      ...(ids.toSorted().join() === own.toSorted().join() ? [] : [`shows ${ids.length} bookings of ${own.length}`]),
      ...(credits.body.data.eligible === own.length < CREDITS ? [] : ['says wrong credits']),
      ...(available.body.data.length === this.exams.length ? [] : ['shows not all sessions']),
    ];
  }

  /** What HubSpot holds too much, too little, or charged wrongly. */
  wrongs(): string[] {
    const seated = this.exams.flatMap(({ id }) => seatHolders(this.world, id));
    const told = [...this.#bookings.values()].flat();
    const credits = this.students.flatMap((student) => {
      const held = Number(this.world.account.values('contacts', student.id)['sj_credits']);
      const due = CREDITS - this.bookingsOf(student).length;
      return held === due ? [] : [`${held} credits instead of ${due}`];
    });
    const isSame = seated.toSorted().join() === told.toSorted().join();
    return [...(isSame ? [] : [`${seated.length} seats for ${told.length} bookings`]), ...credits];
  }

  /**
   * Three give back what they had and book; one of them cancels; everybody looks.
   * @returns what went wrong
   */
  async day(exam: number): Promise<string[]> {
    const wrong: string[] = [];
    const does = async (student: TestStudent, answer: Promise<Answer>, wanted: number) => {
      const { status, body } = await answer;
      if (status !== wanted) wrong.push(`${status} ${String(body.code)}`);
      await this.passTime();
      wrong.push(...(await this.look(student)));
    };
    const [ann, ben, cay] = this.students;
    if (!ann || !ben || !cay) throw new Error('there are no students');
    for (const student of this.students) {
      if (this.bookingsOf(student).length > 0) await does(student, this.cancel(student), 200);
    }
    for (const student of [ann, ben, cay]) await does(student, this.book(student, exam), 201);
    await does(cay, this.cancel(cay), 200);
    for (const student of this.students) wrong.push(...(await this.look(student)));
    return [...wrong, ...this.wrongs()];
  }

  /** Who answered since the last look: by request, once each. */
  answeredBy(): Record<string, string[]> {
    const entries = this.address.log.splice(0);
    const by = (who: 'old' | 'new') => [
      ...new Set(entries.filter((each) => each.by === who).map((each) => each.request)),
    ];
    return { old: by('old').toSorted(), new: by('new').toSorted() };
  }
}

const READS = ['GET bookings/list', 'GET mock-exams/available', 'POST mock-exams/validate-credits'];
const WRITES = ['DELETE bookings/{id}', 'POST bookings/create'];
const ALL = { none: [], reads: READS, writes: WRITES, everything: [...WRITES, ...READS].toSorted() };

/** As HubSpot signs, with the secret that step 3 sets. */
function signatureOf(now: number, url: string, body: string): Record<string, string> {
  const timestamp = String(now);
  const secret = readStep(3).env['HUBSPOT_WEBHOOK_SECRET'] ?? '';
  const signature = signV3(secret, { method: 'POST', url, body: new TextEncoder().encode(body) }, timestamp);
  return { 'X-HubSpot-Signature-v3': signature, 'X-HubSpot-Request-Timestamp': timestamp };
}

describe('moving over as the migration page says', () => {
  it('loses no booking and no credit, at any step', async () => {
    const move = await Migration.begin();
    expect(await move.day(0)).toEqual([]);
    expect(move.answeredBy()).toEqual({ old: ALL.everything, new: ALL.none });

    move.route(1);
    expect(await move.day(1)).toEqual([]);
    expect(move.answeredBy()).toEqual({ old: ALL.writes, new: ALL.reads });

    // What counts say is the old API's business as long as it writes.
    const [exam] = move.exams;
    const [ann, , , don] = move.students;
    if (!exam || !ann || !don) throw new Error('there are no exams or students');
    move.world.account.change('mock_exams', exam.id, { total_bookings: 7 });
    await move.passTime();
    expect(await move.look(ann)).toEqual([]);
    await move.passTime();
    expect(move.world.account.values('mock_exams', exam.id)['total_bookings']).toBe('7');

    // The rules change while the old API is about to book: it finishes, and nobody sells beside it.
    const answers = await move.world.clock.run(async () => {
      const last = move.sendBooking(don, 2);
      await move.world.clock.sleep(500);
      move.route(2);
      return Promise.all([last, move.sendBooking(ann, 2)]);
    });
    expect(answers.map(({ status, body, headers }) => [status, body.code, headers.get('retry-after')])).toEqual([
      [201, undefined, null],
      [503, 'BOOKINGS_DISABLED', '60'],
    ]);
    await move.passTime();
    expect(move.wrongs()).toEqual([]);
    move.answeredBy();

    await move.deploy(2);
    expect(await move.day(0)).toEqual([]);
    expect(move.answeredBy()).toEqual({ old: ALL.none, new: ALL.everything });

    await move.deploy(3);
    expect(await move.day(1)).toEqual([]);
    expect(move.answeredBy()).toEqual({ old: ALL.none, new: ALL.everything });
    // Crons call the new API's own address.
    const headers = { authorization: `Bearer ${readStep(3).env['CRON_SECRET']}` };
    const call = { method: 'GET', path: 'mock-exams/sync-capacity' };
    expect((await move.world.request(call.method, call.path, { headers })).status).toBe(401);
    expect((await move.address.current.request(call.method, call.path, { headers })).status).toBe(200);
    // HubSpot posts to the new target, and is believed by its signature.
    const events = JSON.stringify([
      {
        subscriptionType: 'object.propertyChange',
        objectTypeId: '2-50158943',
        objectId: 1,
        propertyName: 'is_active',
        propertyValue: 'Active',
        occurredAt: move.world.clock.now(),
      },
    ]);
    const path = 'webhooks/booking-sync';
    expect((await move.address.current.request('POST', path, { body: events })).status).toBe(401);
    const signature = signatureOf(move.world.clock.now(), `https://bookings.example.com/api/${path}`, events);
    expect((await move.address.current.request('POST', path, { body: events, headers: signature })).status).toBe(200);
    for (const { id } of move.exams) {
      const stored = move.world.account.values('mock_exams', id)['total_bookings'];
      expect(Number(stored)).toBe(seatHolders(move.world, id).length);
    }
  });

  it.each(['orderly', 'at once'] as const)('loses nothing on the way back, %s', async (how) => {
    const move = await Migration.begin();
    await move.deploy(2);
    move.route(2);
    expect(await move.day(0)).toEqual([]);
    const [, , , don] = move.students;
    if (!don) throw new Error('there are no students');
    const last = await move.world.clock.run(async () => {
      const booking = move.sendBooking(don, 1);
      await move.world.clock.sleep(500);
      if (how === 'orderly') await move.deploy(2, { BOOKINGS_ENABLED: 'false' });
      else move.route(undefined);
      return booking;
    });
    expect(last.status).toBe(201);
    await move.passTime();
    expect(move.wrongs()).toEqual([]);
    move.route(undefined);
    move.answeredBy();
    expect(await move.day(2)).toEqual([]);
    expect(move.answeredBy()).toEqual({ old: ALL.everything, new: ALL.none });
  });
});
