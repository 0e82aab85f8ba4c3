import { describe, expect, it } from 'vitest';
import { book, cancel } from '../support/booking.ts';
import { World } from '../support/world.ts';

async function bookAs(name: unknown) {
  const world = await World.create();
  const student = world.account.student();
  const answer = await book(world, student, { exam: world.account.exam(), body: { name } });
  return { world, ...answer };
}

describe('a name', () => {
  it.each([
    ['an apostrophe', "Zoë O'Brien-Ñáñez"],
    ['an emoji', 'Ada 🎓'],
    ['emojis joined to one', '👩‍🚀👨‍👩‍👧‍👦'],
    ['a cedilla', 'Çağla Ş'],
    ['a letter of two code points', 'C\u0327a'],
    ['two letters', '李雷'],
    ['joiners inside a word', 'می‌خواهم'],
    ['a hundred letters with combining marks', 'a\u0301\u0323\u0308\u0302\u0331'.repeat(100)],
    ['a hundred families', '👨‍👩‍👧‍👦'.repeat(100)],
    ['space around it', '  Ada  '],
  ])('with %s is taken as typed', async (_what, name) => {
    const { world, status, body } = await bookAs(name);
    expect(status).toBe(201);
    expect(world.account.values('bookings', body.data.booking_record_id)['name']).toBe(name);
  });

  it.each([
    ['nothing but zero-width spaces', '\u200B\u200B\u200B'],
    ['nothing but Hangul fillers', '\u3164\u3164'],
    ['nothing but half-width fillers', '\uFFA0\uFFA0'],
    ['nothing but blank braille', '\u2800\u2800'],
    ['nothing but joiners', '\u200D\u2060\uFEFF'],
    ['nothing but variation selectors', '\uFE0F\uFE0F \u{E0100}\u{E0100}'],
    ['one letter among invisible ones', '\u200BA\u200B\u3164'],
    ['a change of direction before it', '\u202EAda'],
    ['a change of direction in it', 'Ada\u2066 Lovelace'],
    ['a direction mark', 'Ada\u200F'],
    ['half an emoji', 'Ada \uD83C'],
    ['the other half', '\uDF93 Ada'],
    ['a control character', 'Ada\u0000'],
    ['a hundred and one letters', 'a'.repeat(101)],
    ['letters without end of marks', `a${'\u0301'.repeat(3000)}b`],
  ])('of %s is refused', async (_what, name) => {
    const { world, status, body } = await bookAs(name);
    const message = 'Name must be between 2 and 100 characters';
    expect([status, body.code, body.fields]).toEqual([400, 'VALIDATION_ERROR', [{ field: 'name', message }]]);
    expect(world.takeCalls()).toEqual([]);
  });
});

describe('a reason', () => {
  const cancelFor = async (reason: string) => {
    const world = await World.create();
    const student = world.account.student();
    const { body } = await book(world, student, { exam: world.account.exam() });
    return cancel(world, student, body.data.booking_record_id, reason);
  };

  it.each(["It's my sister's wedding 🎉\nSorry!", ''])('%j is taken as typed', async (reason) => {
    expect((await cancelFor(reason)).status).toBe(200);
  });

  it.each(['half \uD83C', '\u202Egnp.exe', 'x'.repeat(501)])('%j is refused', async (reason) => {
    const { status, body } = await cancelFor(reason);
    const message = 'Reason must be a text of at most 500 characters';
    expect([status, body.fields]).toEqual([400, [{ field: 'reason', message }]]);
  });
});

describe('a booking’s other fields', () => {
  it.each([
    ['TRUE', 'true'],
    [' False ', 'false'],
    [true, 'true'],
  ])('dominant_hand may be %j', async (given, stored) => {
    const world = await World.create();
    const student = world.account.student({ cs_credits: 1 });
    const type = 'Clinical Skills';
    const wish = { exam: world.account.exam({ type }), type, body: { dominant_hand: given } };
    const { status, body } = await book(world, student, wish);
    expect(status).toBe(201);
    expect(world.account.values('bookings', body.data.booking_record_id)['dominant_hand']).toBe(stored);
  });

  it.each([['right'], [1], [['true']], [null], ['']])('dominant_hand is not %j', async (given) => {
    const world = await World.create();
    const type = 'Clinical Skills';
    const wish = { exam: world.account.exam({ type }), type, body: { dominant_hand: given } };
    const { body } = await book(world, world.account.student({ cs_credits: 1 }), wish);
    const message = 'Dominant hand selection is required for Clinical Skills exams';
    expect(body.fields).toEqual([{ field: 'dominant_hand', message }]);
  });

  it('are named where they are wrong, also when only the session tells', async () => {
    const world = await World.create();
    const student = world.account.student();
    const exam = world.account.exam();
    const elsewhere = await book(world, student, { exam, body: { attending_location: 'Mars', contact_id: 'x' } });
    expect(elsewhere.body.fields).toEqual([
      { field: 'contact_id', message: 'Contact ID must contain digits only' },
      expect.objectContaining({ field: 'attending_location' }),
    ]);
    const other = await book(world, student, { exam, date: '2026-12-11', type: 'Mini-mock' });
    expect(other.body.fields).toEqual([
      { field: 'mock_type', message: 'Mock type does not match the mock exam' },
      { field: 'exam_date', message: 'Exam date does not match the mock exam' },
    ]);
    expect(other.body.validationErrors).toEqual(other.body.fields.map(({ message }: { message: string }) => message));
  });
});
