import { type Finding, fine, problem } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Whether records can be linked as they have to be: by a type without a label, in each direction that is used. */
export async function checkAssociations({ account, config }: Patient, known: ReadonlySet<string>): Promise<Finding[]> {
  const { bookings, contacts, mockExams, notes } = config.objectTypes;
  if (!known.has(bookings.id) || !known.has(mockExams.id)) return [];
  const pairs = [
    [bookings, contacts],
    [contacts, bookings],
    [bookings, mockExams],
    [mockExams, bookings],
    [notes, contacts],
  ] as const;
  const findings: Finding[] = [];
  for (const [from, to] of pairs) {
    const labels = await account.labels(from, to);
    if (labels.some(({ label }) => label === null)) continue;
    const fix = `Associate the two object types in HubSpot (Settings, Objects, Associations).`;
    findings.push(problem('association-missing', `${from.name} cannot be associated with ${to.name}.`, fix));
  }
  return findings.length > 0
    ? findings
    : [fine('associations', 'Bookings, contacts, sessions and notes can be associated.')];
}
