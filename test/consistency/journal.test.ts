import { describe, expect, it } from 'vitest';
import { InProcessJournal } from '../../src/consistency/in-process-journal.ts';
import type { BookingSide } from '../../src/consistency/journal.ts';
import { seatsTaken } from '../../src/consistency/seats-taken.ts';
import { NOW, VirtualClock } from '../support/virtual-clock.ts';

const facts = { mockType: 'Mini-mock', examDate: '2026-12-10', location: null, startTime: null, endTime: null };
const made = { bookingId: 'b1', contactId: 'c1', examId: 'e1', facts, madeAtMs: 500 };

function start() {
  const clock = new VirtualClock(NOW);
  const journal = new InProcessJournal(clock);
  const known = async () => (await journal.entriesOfContact('c1')).map(({ bookingId }) => bookingId);
  return { clock, journal, known };
}

describe('an entry of the journal', () => {
  it('is found by exam, contact and booking', async () => {
    const { journal } = start();
    await journal.bookingMade(made);
    const nothing = { undone: false, undoneAtMs: undefined, cancelledAtMs: undefined, lost: new Set() };
    const entry = { ...made, ...nothing, made: true, writtenAtMs: 0 };
    expect(await journal.entriesOfExams(['e1', 'e2'])).toEqual(
      new Map([
        ['e1', [entry]],
        ['e2', []],
      ]),
    );
    expect(await journal.entriesOfContact('c1')).toEqual([entry]);
    expect(await journal.entryOf('b1')).toEqual(entry);
  });

  it('leaves seven minutes after HubSpot first showed it, not before', async () => {
    const { clock, journal, known } = start();
    await journal.bookingMade(made);
    await clock.advance(120_000);
    expect(await known()).toEqual(['b1']);
    await journal.linksRead('contact', 'c1', ['b1']);
    await journal.linksRead('exam', 'e1', ['b1', 'x']);
    await clock.advance(7 * 60_000);
    expect(await known()).toEqual(['b1']);
    await clock.advance(1);
    expect(await known()).toEqual([]);
  });

  it('that HubSpot never shows leaves after fifteen minutes', async () => {
    const { clock, journal, known } = start();
    await journal.bookingMade(made);
    await clock.advance(15 * 60_000);
    expect(await known()).toEqual(['b1']);
    await clock.advance(1);
    expect(await known()).toEqual([]);
  });

  it('of a cancelling waits until a read by id is as young as the write', async () => {
    const { clock, journal, known } = start();
    await journal.bookingCancelled({ bookingId: 'b1', contactId: 'c1', examId: 'e1', cancelledAtMs: 1000 });
    await journal.shownById([{ id: 'b1', updatedAtMs: 999 }]);
    await clock.advance(70_000);
    expect(await known()).toEqual(['b1']);
    await journal.shownById([{ id: 'b1', updatedAtMs: 1000 }]);
    await clock.advance(7 * 60_000 + 1);
    expect(await known()).toEqual([]);
  });

  it('of a second cancelling waits to be shown anew', async () => {
    const { clock, journal, known } = start();
    const cancelled = { bookingId: 'b1', contactId: 'c1', examId: 'e1' };
    await journal.bookingCancelled({ ...cancelled, cancelledAtMs: 1000 });
    await journal.shownById([{ id: 'b1', updatedAtMs: 1000 }]);
    await clock.advance(6 * 60_000);
    // Somebody had put it back, and it was cancelled here once more.
    await journal.bookingCancelled({ ...cancelled, cancelledAtMs: 2000 });
    await clock.advance(8 * 60_000);
    expect(await known()).toEqual(['b1']);
  });

  it('keeps what was made when it is cancelled, and stays until both are shown', async () => {
    const { clock, journal, known } = start();
    await journal.bookingMade(made);
    await journal.bookingCancelled({ ...made, cancelledAtMs: 1000 });
    expect(await journal.entryOf('b1')).toMatchObject({ made: true, facts, cancelledAtMs: 1000 });
    await journal.linksRead('contact', 'c1', ['b1']);
    await journal.linksRead('exam', 'e1', ['b1']);
    await clock.advance(8 * 60_000);
    expect(await known()).toEqual(['b1']);
  });
});

describe('an association that HubSpot', () => {
  const lost = async (journal: InProcessJournal) => [...((await journal.entryOf('b1'))?.lost ?? [])];

  it('has not shown yet stands, however often it is not there', async () => {
    const { clock, journal } = start();
    await journal.bookingMade(made);
    await clock.advance(120_000);
    await journal.linksRead('exam', 'e1', []);
    expect(await lost(journal)).toEqual([]);
  });

  it('showed a while ago and shows no more is lost, on that side alone', async () => {
    const { clock, journal } = start();
    await journal.bookingMade(made);
    await journal.linksRead('exam', 'e1', ['b1']);
    await clock.advance(60_000);
    await journal.linksRead('exam', 'e1', []);
    expect(await lost(journal)).toEqual([]);
    await clock.advance(1);
    await journal.linksRead('exam', 'e1', []);
    expect(await lost(journal)).toEqual(['exam']);
    await journal.linksRead('exam', 'e1', ['b1']);
    expect(await lost(journal)).toEqual([]);
  });

  it('says to be gone is lost at once', async () => {
    const { journal } = start();
    await journal.bookingMade(made);
    await journal.linkRemoved('b1', 'other');
    expect(await lost(journal)).toEqual([]);
    await journal.linkRemoved('b1', 'c1');
    await journal.linkRemoved('b1', 'e1');
    expect(await lost(journal)).toEqual(['contact', 'exam']);
  });
});

describe('seats taken', () => {
  const entry = {
    ...made,
    made: true,
    undone: false,
    undoneAtMs: undefined,
    lost: new Set<BookingSide>(),
    cancelledAtMs: undefined as number | undefined,
    writtenAtMs: 0,
  };
  const seat = (id: string, holdsSeat: boolean, updatedAtMs = 5) => ({ id, holdsSeat, updatedAtMs, createdAtMs: 0 });

  it.each([
    ['what HubSpot links', [seat('x', true), seat('y', false)], [], 1],
    ['what was made here besides', [seat('x', true)], [entry], 2],
    ['what is both only once', [seat('b1', true)], [entry], 1],
    ['nothing that was cancelled here after the record', [seat('b1', true, 5)], [{ ...entry, cancelledAtMs: 6 }], 0],
    ['what was put back after it was cancelled here', [seat('b1', true, 7)], [{ ...entry, cancelledAtMs: 6 }], 1],
    ['nothing that was undone', [seat('b1', true)], [{ ...entry, undone: true }], 0],
    ['nothing that was made and cancelled here', [], [{ ...entry, cancelledAtMs: 6 }], 0],
    ['nothing that was moved to another exam', [], [{ ...entry, lost: new Set(['exam'] as const) }], 0],
    ['what was moved to another contact', [], [{ ...entry, lost: new Set(['contact'] as const) }], 1],
    ['nothing for a cancelling of what was not made here', [], [{ ...entry, made: false, cancelledAtMs: 6 }], 0],
  ])('are %s', (_name, snapshot, entries, taken) => {
    expect(seatsTaken(snapshot, entries)).toBe(taken);
  });
});

describe('records that were merged', () => {
  it('a contact’s bookings are those of the survivor, whose credits are for HubSpot to say', async () => {
    const { journal, known } = start();
    await journal.bookingMade(made);
    const credits = { sj_credits: 1, cs_credits: 0, sjmini_credits: 0, shared_mock_credits: 0 };
    await journal.creditsWritten('c1', { credits, updatedAtMs: 1 });
    await journal.merged('contact', ['c1', 'c2'], 'c3');
    expect(await known()).toEqual([]);
    expect(await journal.entriesOfContact('c3')).toMatchObject([{ bookingId: 'b1', contactId: 'c3', examId: 'e1' }]);
    expect(await journal.creditsOf('c1')).toBeUndefined();
  });

  it('an exam’s bookings take the survivor’s seats', async () => {
    const { journal } = start();
    await journal.bookingMade(made);
    await journal.merged('exam', ['e1'], 'e2');
    const entries = await journal.entriesOfExams(['e1', 'e2']);
    expect([entries.get('e1')?.length, entries.get('e2')?.length]).toEqual([0, 1]);
  });

  it('a booking is known by the survivor’s id; one that has an entry of its own keeps that', async () => {
    const { journal, known } = start();
    await journal.bookingMade(made);
    await journal.merged('booking', ['b1'], 'b9');
    expect([await known(), await journal.entryOf('b1')]).toEqual([['b9'], undefined]);
    await journal.bookingMade({ ...made, bookingId: 'b2', madeAtMs: 700 });
    await journal.merged('booking', ['b2', 'b9'], 'b9');
    expect(await journal.entriesOfContact('c1')).toMatchObject([{ bookingId: 'b9', madeAtMs: 500 }]);
  });

  it('leave those of another kind that have the same id', async () => {
    const { journal } = start();
    await journal.bookingMade({ ...made, examId: 'c1' });
    await journal.merged('contact', ['c1'], 'c3');
    expect((await journal.entriesOfExams(['c1'])).get('c1')).toHaveLength(1);
    await journal.linkRemoved('b1', 'c1', 'contact');
    expect((await journal.entryOf('b1'))?.lost).toEqual(new Set());
  });

  it('are swept in their time all the same', async () => {
    const { clock, journal } = start();
    await journal.bookingMade(made);
    await journal.merged('contact', ['c1'], 'c3');
    await clock.advance(15 * 60_000 + 1);
    expect(await journal.entriesOfContact('c3')).toEqual([]);
  });
});
