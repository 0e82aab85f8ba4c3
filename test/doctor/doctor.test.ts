import { describe, expect, it } from 'vitest';
import { Account } from '../../src/doctor/account.ts';
import { describe as describeExamination, examine, exitCodeOf } from '../../src/doctor/examine.ts';
import { makeProperties } from '../../src/doctor/make-properties.ts';
import { Emulator } from '../../src/emulator/emulator.ts';
import type { Portal } from '../../src/emulator/portal.ts';
import { PORTAL_WITH_KEYS, PREPDOCTORS_PORTAL } from '../../src/emulator/prepdoctors-portal.ts';
import type { SettingsPatch } from '../../src/emulator/settings.ts';
import { createHubSpotService } from '../../src/hubspot/create-service.ts';
import { createLog } from '../../src/observability/log.ts';
import { Telemetry } from '../../src/observability/telemetry.ts';
import { readConfig } from '../../src/settings/config.ts';
import { AccountBuilder } from '../support/account-builder.ts';
import { BOOKINGS } from '../support/booking.ts';
import { HUBSPOT_URL } from '../support/hubspot-client.ts';
import { NOW, VirtualClock } from '../support/virtual-clock.ts';
import { serveInProcess } from '../support/wire.ts';

const TOKEN = 'pat-na1-secret-of-the-account';
const WRITES =
  /^objects\.(create|update|archive|batch(Create|Update|Archive|Upsert))$|^properties\.create$|^associations\.(put|create|archive)/;

interface Options {
  env?: Record<string, string>;
  portal?: Portal;
  settings?: SettingsPatch;
}

/** An account, and the doctor in front of it. */
function meet({ env = {}, portal = PREPDOCTORS_PORTAL, settings = {} }: Options = {}) {
  const clock = new VirtualClock(NOW);
  const emulator = new Emulator({ clock, portal: structuredClone(portal), settings });
  serveInProcess(emulator);
  const config = readConfig({ HS_PRIVATE_APP_TOKEN: TOKEN, HUBSPOT_BASE_URL: HUBSPOT_URL, ...env });
  const log = createLog(clock, 'silent', () => {});
  const ports = { clock, log, telemetry: new Telemetry(false), random: () => 0.5, defaultDeadlineMs: 60_000 };
  const hubspot = createHubSpotService(config.hubspot, ports);
  const own = new Account(config.hubspot, clock);
  clock.busy = () => own.activeCount + hubspot.activeCount - emulator.waitingCount;
  const patient = { config, clock, hubspot, account: own };
  const look = async () => {
    const examination = await clock.run(async () => examine(patient));
    const codes = examination.findings.filter(({ severity }) => severity !== 'fine').map(({ code }) => code);
    return {
      ...examination,
      codes: [...new Set(codes)].toSorted(),
      text: describeExamination(examination),
      exitCode: exitCodeOf(examination),
    };
  };
  return { clock, emulator, account: new AccountBuilder(emulator), patient, look };
}

/** An account that is in order, but for what nobody needs. */
function healthy(options: Options = {}) {
  const met = meet({
    portal: PORTAL_WITH_KEYS,
    ...options,
    env: { HUBSPOT_PROPERTY_BOOKING_KEY: 'booking_key', HUBSPOT_PROPERTY_CREDIT_OP: 'mock_credit_op', ...options.env },
  });
  const student = met.account.student({ sj_credits: 3 });
  const exam = met.account.exam({ properties: { total_bookings: 1 } });
  const booking = met.account.booking({ student, exam });
  return { ...met, student, exam, booking };
}

describe('a healthy account', () => {
  it('has no problem, and nothing was written to it', async () => {
    const { look, emulator } = healthy();
    const { codes, exitCode, failures } = await look();
    expect([codes, exitCode, failures]).toEqual([['webhook-unknown'], 0, []]);
    expect(emulator.log.calls.map(({ operation }) => operation).filter((operation) => WRITES.test(operation))).toEqual(
      [],
    );
  });

  it('is examined in a few calls, apart from one another', async () => {
    const { look, emulator } = healthy({ settings: { limits: { per10Seconds: 190, searchPerSecond: 4 } } });
    await look();
    expect(emulator.log.calls.length).toBeLessThanOrEqual(20);
    expect(emulator.log.calls.filter(({ status }) => status === 429)).toEqual([]);
  });

  it('names nobody, and not the token', async () => {
    const { look, student } = healthy();
    const { text } = await look();
    for (const secret of [TOKEN, student.email, student.studentId]) expect(text).not.toContain(secret);
  });
});

describe('what is planted is found, with how to mend it', () => {
  it('a token that HubSpot rejects: nothing else is looked at', async () => {
    const { look, emulator } = healthy();
    emulator.faults.add({
      fault: { kind: 'status', status: 401, body: { category: 'INVALID_AUTHENTICATION' } },
      times: Infinity,
    });
    const { codes, exitCode } = await look();
    expect([codes, exitCode, emulator.log.calls.length]).toEqual([['token-rejected'], 1, 1]);
  });

  it('scopes, by name', async () => {
    const { look } = healthy({
      settings: { scopes: ['crm.objects.contacts.read', 'crm.objects.custom.read', 'crm.schemas.custom.read'] },
    });
    const { text, exitCode } = await look();
    expect(exitCode).toBe(1);
    expect(text).toContain('The scope crm.objects.contacts.write is missing');
    expect(text).toContain('The scope crm.objects.custom.write is missing');
  });

  it('object types, as settings to paste', async () => {
    const { look } = healthy({ env: { HUBSPOT_OBJECT_TYPE_BOOKINGS: '2-999' } });
    const { codes, text } = await look();
    expect(codes).toContain('object-type-missing');
    expect(text).toContain('HUBSPOT_OBJECT_TYPE_BOOKINGS=2-50158943');
  });

  it.each<[string, (properties: Record<string, object>) => void, string, string]>([
    [
      'a missing property',
      (all) => delete all['token_used'],
      'property-missing',
      'The property token_used of bookings is missing',
    ],
    [
      'a read-only one',
      (all) => (all['is_active'] = { type: 'string', rollupFrom: '2-50158913' }),
      'property-read-only',
      'is_active',
    ],
    [
      'a wrong type',
      (all) => (all['exam_date'] = { type: 'number' }),
      'property-type',
      'exam_date of bookings is of type number',
    ],
    [
      'a missing option',
      (all) => (all['attending_location'] = { type: 'enumeration', options: ['Calgary'] }),
      'option-missing',
      'lacks the options Mississauga, Vancouver',
    ],
  ])('%s', async (_what, change, code, text) => {
    const portal = structuredClone(PORTAL_WITH_KEYS);
    const type = portal.objectTypes.find(({ typeId }) => typeId === BOOKINGS);
    change(type?.properties ?? {});
    const met = meet({
      portal,
      env: { HUBSPOT_PROPERTY_BOOKING_KEY: 'booking_key', HUBSPOT_PROPERTY_CREDIT_OP: 'mock_credit_op' },
    });
    const found = await met.look();
    expect([found.codes.filter((each) => each !== 'webhook-unknown'), found.exitCode]).toEqual([[code], 1]);
    expect(found.text).toContain(text);
  });

  it('an association that is missing', async () => {
    const portal = structuredClone(PORTAL_WITH_KEYS);
    portal.associationTypes = portal.associationTypes.filter(({ from, to }) => !(from === BOOKINGS && to === '0-1'));
    expect((await meet({ portal }).look()).text).toContain('bookings cannot be associated with contacts');
  });

  it('bookings without a session, sessions without date, hours or seats, and counts that are off', async () => {
    const { look, account, student, booking } = healthy();
    const lost = account.booking({ student, exam: account.exam() });
    account.archive('mock_exams', account.exam());
    const examless = account.exam({ properties: { total_bookings: 7 } });
    account.plant('mock_exams', examless, { exam_date: '', capacity: '', start_time: '' });
    const { text, codes, exitCode } = await look();
    expect(codes).toEqual(expect.arrayContaining(['count-off', 'exam-without-capacity', 'exam-without-date']));
    expect([exitCode, text.includes('by 8 bookings in all')]).toEqual([1, true]);
    expect([lost, booking].every((id) => !text.includes(`bookings (${id})`))).toBe(true);
  });

  it('a booking whose session is gone', async () => {
    const { look, account, exam, booking } = healthy();
    account.archive('mock_exams', exam);
    const { text, codes } = await look();
    expect(codes).toContain('booking-without-exam');
    expect(text).toContain(`1 active bookings (${booking})`);
  });

  it('an overbooked session', async () => {
    const { look, account, student } = healthy();
    const exam = account.exam({ capacity: 1, properties: { total_bookings: 2 } });
    account.booking({ student, exam });
    account.booking({ student, exam });
    expect((await look()).text).toContain(`1 active sessions (${exam}) hold more bookings than seats`);
  });

  it('values that cannot be read, by record and property, never with the value', async () => {
    const { look, account, exam } = healthy();
    account.plant('mock_exams', exam, { capacity: 'a-dozen' });
    const { text } = await look();
    expect(text).toContain(`1 records (${exam}) have a capacity of exams that cannot be read`);
    expect(text).not.toContain('a-dozen');
  });

  it('a limit below the settings', async () => {
    const { look } = healthy({ settings: { limits: { per10Seconds: 100 } } });
    const { codes, text } = await look();
    expect(codes).toContain('window-small');
    expect(text).toContain('Set HUBSPOT_CALLS_PER_10_SECONDS to 90');
  });

  it('a day that is nearly used up', async () => {
    const { look } = healthy({ settings: { limits: { perDay: 20 } } });
    expect((await look()).codes).toContain('day-short');
  });

  it('a check that fails is no success, and keeps no other from being made', async () => {
    const { look, emulator } = healthy();
    emulator.faults.add({ fault: { kind: 'status', status: 500 }, operation: 'objects.list', times: Infinity });
    const { exitCode, failures, findings } = await look();
    expect([exitCode, failures.map(({ check }) => check)]).toEqual([2, ['data']]);
    expect(findings.map(({ code }) => code)).toContain('window');
  });
});

describe('--make-properties', () => {
  it('makes both as they have to be, each after asking, and once', async () => {
    const { patient, emulator, clock, look } = meet();
    const questions: string[] = [];
    const ask = async (question: string) => questions.push(question) > 0;
    const lines = await clock.run(async () => makeProperties(patient, ask));
    expect(questions).toHaveLength(2);
    expect(lines).toEqual([
      'Made booking_key on bookings. Set HUBSPOT_PROPERTY_BOOKING_KEY=booking_key.',
      'Made mock_credit_op on contacts. Set HUBSPOT_PROPERTY_CREDIT_OP=mock_credit_op.',
    ]);
    expect((await look()).codes).toContain('optional-property-unused');
    await clock.run(async () => makeProperties(patient, ask));
    expect(emulator.log.calls.filter(({ operation }) => operation === 'properties.create')).toHaveLength(2);
  });

  it('makes none that is refused', async () => {
    const { patient, emulator, clock } = meet();
    const lines = await clock.run(async () => makeProperties(patient, async () => false));
    expect(lines).toEqual(['booking_key was not made.', 'mock_credit_op was not made.']);
    expect(emulator.log.calls.filter(({ operation }) => operation === 'properties.create')).toEqual([]);
  });
});
