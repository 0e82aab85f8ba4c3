import { describe, expect, it } from 'vitest';
import { InProcessJournal } from '../../src/consistency/journal.ts';
import { seatsTaken } from '../../src/consistency/seats-taken.ts';
import { NOW, VirtualClock } from '../support/virtual-clock.ts';

const facts = { mockType: 'Mini-mock', examDate: '2026-12-10', location: null, startTime: null, endTime: null };
const madeAtMs = Date.parse(NOW);
const made = { bookingId: 'b1', contactId: 'c1', examId: 'e1', facts, madeAtMs };

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
    const entry = {
      ...made,
      made: true,
      undone: false,
      undoneAtMs: undefined,
      cancelledAtMs: undefined,
      writtenAtMs: Date.parse(NOW),
    };
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
    await journal.shownLinked(['b1']);
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

  it('keeps what was made when it is cancelled, and stays until both are shown', async () => {
    const { clock, journal, known } = start();
    await journal.bookingMade(made);
    await journal.bookingCancelled({ ...made, cancelledAtMs: 1000 });
    expect(await journal.entryOf('b1')).toMatchObject({ made: true, facts, cancelledAtMs: 1000 });
    await journal.shownLinked(['b1']);
    await clock.advance(70_000);
    expect(await known()).toEqual(['b1']);
  });
});

describe('seats taken', () => {
  const entry = {
    ...made,
    made: true,
    undone: false,
    undoneAtMs: undefined,
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
    ['nothing for a cancelling of what was not made here', [], [{ ...entry, made: false, cancelledAtMs: 6 }], 0],
  ])('are %s', (_name, snapshot, entries, taken) => {
    expect(seatsTaken(snapshot, entries)).toBe(taken);
  });
});
