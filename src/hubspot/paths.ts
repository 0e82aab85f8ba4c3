/**
 * HubSpot's paths in one place. `v3` means objects v3 with associations v4; a date means the dated paths that follow
 * them (v4 is supported until 2027-03-30, v1–v3 until September 2027 [HubSpot developer changelog]).
 */
export interface HubSpotPaths {
  /** `verb` may be `search` or `batch/read`, `batch/update` … */
  objects(type: string, verb?: string): string;
  object(type: string, id: string): string;
  associationBatchRead(from: string, to: string): string;
  associationLabels(from: string, to: string): string;
  defaultAssociation(from: string, fromId: string, to: string, toId: string): string;
  property(type: string, name: string): string;
}

export type HubSpotApiVersion = 'v3' | '2026-09';

/** @param version `v3`, or a date such as `2026-09`. */
export function pathsFor(version: HubSpotApiVersion): HubSpotPaths {
  const objects = version === 'v3' ? '/crm/v3/objects' : `/crm/objects/${version}`;
  const associations = version === 'v3' ? '/crm/v4/associations' : `/crm/associations/${version}`;
  const properties = version === 'v3' ? '/crm/v3/properties' : `/crm/properties/${version}`;
  const pairs = version === 'v3' ? '/crm/v4/objects' : objects;
  return {
    objects: (type, verb) => (verb ? `${objects}/${type}/${verb}` : `${objects}/${type}`),
    object: (type, id) => `${objects}/${type}/${encodeURIComponent(id)}`,
    associationBatchRead: (from, to) => `${associations}/${from}/${to}/batch/read`,
    property: (type, name) => `${properties}/${type}/${encodeURIComponent(name)}`,
    associationLabels: (from, to) => `${associations}/${from}/${to}/labels`,
    defaultAssociation: (from, fromId, to, toId) => `${pairs}/${from}/${fromId}/associations/default/${to}/${toId}`,
  };
}
