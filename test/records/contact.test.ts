import { describe, expect, it } from 'vitest';
import { CONTACT_PROPERTIES, creditFromProperty, toContact } from '../../src/records/contact.ts';
import { recordOf, watchedContext } from '../support/odd-values.ts';

type Values = Partial<Record<(typeof CONTACT_PROPERTIES)[number], string>>;

function read(values: Values) {
  const { context, told } = watchedContext();
  return { ...toContact(recordOf(CONTACT_PROPERTIES, values), context), told };
}

describe('the student id', () => {
  it.each([
    ['1599999', '1599999'],
    ['1599999.0', '1599999'],
    ['1.599999E6', '1599999'],
    [' 1599999 ', '1599999'],
    ['0012345', '0012345'],
    ['A1E5', 'A1E5'],
    ['1E5', '1E5'],
    ['', ''],
  ])('%j is %j', (value, studentId) => {
    expect(read({ student_id: value })).toMatchObject({ studentId, told: [] });
  });

  it.each(['1599999.5', '1.5E400', '15 99', 'n/a'])('%j is none, and told', (value) => {
    const told = [{ type: 'contact', id: '1', property: 'student_id' }];
    expect(read({ student_id: value })).toMatchObject({ studentId: '', told });
  });
});

describe('credits', () => {
  it.each([
    ['3', 3],
    ['3.0', 3],
    ['2.9', 2],
    ['-2', -2],
    ['1e1', 10],
    ['', 0],
    [' ', 0],
  ])('%j is %d', (value, credits) => {
    const contact = read({ sj_credits: value, shared_mock_credits: value });
    expect(contact.credits).toEqual({
      sj_credits: credits,
      cs_credits: 0,
      sjmini_credits: 0,
      shared_mock_credits: credits,
    });
    expect(contact.told).toEqual([]);
  });

  it.each(['1e400', '-1e400', '1,000', 'three', '9007199254740993', '0b1'])('%s is unknown, and told', (value) => {
    const contact = read({ sj_credits: '4', cs_credits: value });
    expect(contact.credits).toMatchObject({ sj_credits: 4, cs_credits: null });
    expect(contact.told).toEqual([{ type: 'contact', id: '1', property: 'cs_credits' }]);
  });

  it('are told by events in the same words', () => {
    const tell = (name: string, value: string) => creditFromProperty({ name, value });
    expect(tell('cs_credits', '2.0')).toEqual({ field: 'cs_credits', amount: 2 });
    expect(tell('cs_credits', '')).toBeNull();
    expect(tell('cs_credits', 'two')).toBeNull();
    expect(tell('firstname', '2')).toBeNull();
    expect(creditFromProperty(null)).toBeNull();
  });
});

it('a name of blanks is no name', () => {
  expect(read({ firstname: ' \n', lastname: " O'Neil ", email: ' ada@example.com' })).toMatchObject({
    firstName: '',
    lastName: "O'Neil",
    email: 'ada@example.com',
  });
});
