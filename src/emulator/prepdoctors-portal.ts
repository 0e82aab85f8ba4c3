import {
  type AssociationType,
  type ObjectTypeDefinition,
  type Portal,
  type PropertyDefinition,
  withProperties,
} from './portal.ts';

const text: PropertyDefinition = { type: 'string' };
const number: PropertyDefinition = { type: 'number' };
const options = (...values: string[]): PropertyDefinition => ({ type: 'enumeration', options: values });
const rollup = (type: PropertyDefinition['type']): PropertyDefinition => ({ type, rollupFrom: '2-50158913' });

const CUSTOM_DEFAULTS = ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'];
const MOCK_TYPES = ['Situational Judgment', 'Clinical Skills', 'Mini-mock', 'Mock Discussion'];
const CITIES = ['Mississauga', 'Calgary', 'Vancouver', 'Montreal', 'Richmond Hill', 'Online'];

const contacts: ObjectTypeDefinition = {
  typeId: '0-1',
  name: 'contacts',
  custom: false,
  firstId: 120_401_000_001,
  defaultProperties: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
  properties: {
    email: { type: 'string', unique: 'conflict' },
    hs_additional_emails: { type: 'enumeration', furtherValuesOf: 'email' },
    student_id: { type: 'number', unique: 'invalid' },
    firstname: text,
    lastname: text,
    sj_credits: number,
    cs_credits: number,
    sjmini_credits: number,
    shared_mock_credits: number,
    mock_discussion_token: number,
  },
};

const bookings: ObjectTypeDefinition = {
  typeId: '2-50158943',
  name: 'bookings',
  custom: true,
  firstId: 38_800_100_001,
  defaultProperties: CUSTOM_DEFAULTS,
  properties: {
    booking_id: text,
    name: text,
    email: text,
    is_active: text,
    status: text,
    idempotency_key: text,
    dominant_hand: options('true', 'false'),
    attending_location: options(...CITIES),
    token_used: options(
      'Situational Judgment Token',
      'Clinical Skills Token',
      'Mini-mock Token',
      'Shared Token',
      'Mock Discussion Token',
      'Admin Override',
    ),
    mock_type: rollup('enumeration'),
    exam_date: rollup('date'),
    location: rollup('enumeration'),
    start_time: rollup('datetime'),
    end_time: rollup('datetime'),
  },
};

const mockExams: ObjectTypeDefinition = {
  typeId: '2-50158913',
  name: 'mock_exams',
  custom: true,
  firstId: 35_864_200_951,
  defaultProperties: CUSTOM_DEFAULTS,
  properties: {
    mock_exam_id: { type: 'number', unique: 'invalid', required: true },
    mock_type: options(...MOCK_TYPES),
    exam_date: { type: 'date' },
    start_time: { type: 'datetime' },
    end_time: { type: 'datetime' },
    capacity: number,
    total_bookings: number,
    location: options(...CITIES, 'Mississauga - B9', 'Mississauga - Lab D'),
    address: text,
    is_active: options('true', 'false', 'scheduled'),
  },
};

const enrollments: ObjectTypeDefinition = {
  typeId: '2-41701559',
  name: 'enrollments',
  custom: true,
  firstId: 22_310_500_001,
  defaultProperties: CUSTOM_DEFAULTS,
  properties: {
    enrollment_id: text,
    course_id: text,
    enrollment_status: options('Registered', 'In Progress', 'Completed', 'Withdrawn', 'Transferred'),
    contact_record_id: text,
  },
};

const notes: ObjectTypeDefinition = {
  typeId: '0-46',
  name: 'notes',
  custom: false,
  firstId: 71_200_900_001,
  defaultProperties: CUSTOM_DEFAULTS,
  properties: {
    hs_timestamp: { type: 'datetime', required: true },
    hs_note_body: text,
    hubspot_owner_id: text,
    hs_attachment_ids: text,
  },
};

const deals: ObjectTypeDefinition = {
  typeId: '0-3',
  name: 'deals',
  custom: false,
  firstId: 46_010_300_001,
  defaultProperties: ['amount', 'closedate', 'createdate', 'dealname', 'hs_lastmodifieddate', 'hs_object_id'],
  properties: { dealname: text, amount: number, closedate: { type: 'datetime' } },
};

/** Both directions of one association, as HubSpot numbers them. */
function pair(
  [from, fromName]: [string, string],
  [to, toName]: [string, string],
  [there, back]: [number, number],
  label: string | null = null,
  category: AssociationType['category'] = 'USER_DEFINED',
): AssociationType[] {
  const suffix = label === null ? '' : `_${label.toLowerCase()}`;
  return [
    { typeId: there, inverseTypeId: back, from, to, category, label, name: `${fromName}_to_${toName}${suffix}` },
    {
      typeId: back,
      inverseTypeId: there,
      from: to,
      to: from,
      category,
      label,
      name: `${toName}_to_${fromName}${suffix}`,
    },
  ];
}

const CONTACT: [string, string] = ['0-1', 'contact'];
const BOOKING: [string, string] = ['2-50158943', 'booking'];
const EXAM: [string, string] = ['2-50158913', 'mock_exam'];

/** The PrepDoctors account: its object types and its portal-specific, directional association type ids. */
export const PREPDOCTORS_PORTAL: Portal = {
  id: 46_814_382,
  objectTypes: [contacts, bookings, mockExams, enrollments, notes, deals],
  associationTypes: [
    ...pair(BOOKING, CONTACT, [1203, 1204]),
    ...pair(BOOKING, CONTACT, [1205, 1206], 'Student'),
    ...pair(BOOKING, EXAM, [1179, 1180]),
    ...pair(BOOKING, EXAM, [1181, 1182], 'Session'),
    ...pair(['2-41701559', 'enrollment'], CONTACT, [1251, 1252]),
    ...pair(['0-46', 'note'], CONTACT, [202, 201], null, 'HUBSPOT_DEFINED'),
    ...pair(['0-46', 'note'], ['0-3', 'deal'], [214, 213], null, 'HUBSPOT_DEFINED'),
    ...pair(['0-3', 'deal'], CONTACT, [3, 4], null, 'HUBSPOT_DEFINED'),
  ],
};

/** The same account once its administrator has added the properties that make bookings and credits safe to repeat. */
export const PORTAL_WITH_KEYS: Portal = withProperties(PREPDOCTORS_PORTAL, {
  bookings: { booking_key: { type: 'string', unique: 'invalid' } },
  contacts: { mock_credit_op: text },
});
