import type { ObjectType } from '../../hubspot/types.ts';
import { type Finding, fine, problem } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Custom object types, by what their names look like in accounts that call them otherwise. */
const KINDS = [
  { key: 'bookings', setting: 'HUBSPOT_OBJECT_TYPE_BOOKINGS', looksLike: /booking/i },
  { key: 'mockExams', setting: 'HUBSPOT_OBJECT_TYPE_MOCK_EXAMS', looksLike: /exam|session/i },
  { key: 'enrollments', setting: 'HUBSPOT_OBJECT_TYPE_ENROLLMENTS', looksLike: /enrol/i },
] as const;

export interface FoundTypes {
  findings: Finding[];
  /** Types that are there: the others need not be looked at any further. */
  known: ReadonlySet<string>;
}

/** Whether the object types of the settings are the account's; else which settings to paste. */
export async function checkObjectTypes({ account, config }: Patient): Promise<FoundTypes> {
  const there = await account.customTypes();
  const types: Record<string, ObjectType> = config.objectTypes;
  const findings = KINDS.map(({ key, setting, looksLike }) => {
    const id = types[key]?.id ?? '';
    const found = there.find(({ objectTypeId }) => objectTypeId === id);
    if (found) return fine('object-type', `${setting} is ${id}, the account's ${found.name}.`);
    const candidates = there.filter(({ name }) => looksLike.test(name));
    const settings = candidates.map(({ objectTypeId, name }) => `${setting}=${objectTypeId} (${name})`).join(' or ');
    const fix = settings === '' ? `Make the object type in HubSpot, and set ${setting} to its id.` : `Set ${settings}.`;
    return problem('object-type-missing', `The account has no object type ${id}, which ${setting} names.`, fix);
  });
  return { findings, known: new Set(there.map(({ objectTypeId }) => objectTypeId)) };
}
