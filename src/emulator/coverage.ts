/** How much of HubSpot's CRM API is emulated. `refused`: HubSpot has it, the emulator answers 501. */
type Coverage = 'full' | 'partial' | 'refused';

export interface CoverageEntry {
  operation: string;
  coverage: Coverage;
  /** What is left out, and what was chosen where HubSpot does not say. */
  note?: string;
}

/** HubSpot's CRM calls, and what the emulator does with each. A test holds it against the routes. */
export const COVERAGE: readonly CoverageEntry[] = [
  { operation: 'objects.list', coverage: 'full' },
  { operation: 'objects.create', coverage: 'full' },
  { operation: 'objects.get', coverage: 'full' },
  { operation: 'objects.update', coverage: 'full' },
  {
    operation: 'objects.archive',
    coverage: 'full',
    note: 'unique values stay taken, or are free at once (a setting); a contact’s e-mail is always free at once',
  },
  { operation: 'objects.batchRead', coverage: 'full' },
  { operation: 'objects.batchCreate', coverage: 'full' },
  { operation: 'objects.batchUpdate', coverage: 'full' },
  { operation: 'objects.batchUpsert', coverage: 'partial', note: 'HubSpot takes no partial upserts by e-mail' },
  { operation: 'objects.batchArchive', coverage: 'full' },
  { operation: 'objects.search', coverage: 'partial', note: 'pseudo-properties such as associations.contact' },
  {
    operation: 'objects.merge',
    coverage: 'full',
    note: 'the survivor keeps the primary’s id or gets a new one (a setting), and the values the primary had',
  },
  { operation: 'associations.batchRead', coverage: 'full' },
  { operation: 'associations.batchReadV3', coverage: 'full' },
  { operation: 'associations.batchCreateV3', coverage: 'full' },
  { operation: 'associations.batchArchiveV3', coverage: 'full' },
  { operation: 'associations.list', coverage: 'full' },
  { operation: 'associations.labels', coverage: 'full' },
  { operation: 'associations.createLabel', coverage: 'refused' },
  { operation: 'associations.updateLabel', coverage: 'refused' },
  { operation: 'associations.deleteLabel', coverage: 'refused' },
  { operation: 'associations.putDefault', coverage: 'full' },
  { operation: 'associations.put', coverage: 'full' },
  { operation: 'associations.remove', coverage: 'full' },
  { operation: 'associations.batchDefault', coverage: 'full' },
  { operation: 'associations.batchCreate', coverage: 'full' },
  { operation: 'associations.batchArchive', coverage: 'full' },
  { operation: 'associations.batchArchiveLabels', coverage: 'full' },
  { operation: 'properties.list', coverage: 'partial', note: 'archived properties' },
  { operation: 'properties.get', coverage: 'partial', note: 'archived properties' },
  { operation: 'properties.create', coverage: 'partial', note: 'property groups, booleans, calculated properties' },
  { operation: 'properties.update', coverage: 'partial', note: 'its description, and whether it is hidden' },
  { operation: 'properties.archive', coverage: 'partial', note: 'it cannot be restored' },
  { operation: 'schemas.list', coverage: 'partial', note: 'archived schemas' },
  { operation: 'schemas.get', coverage: 'full' },
  { operation: 'schemas.create', coverage: 'refused' },
  { operation: 'schemas.update', coverage: 'refused' },
  { operation: 'account.details', coverage: 'full' },
  { operation: 'account.dailyUsage', coverage: 'full' },
  { operation: 'account.tokenInfo', coverage: 'partial', note: 'every token is told to be of the same app' },
];
