import { z } from 'zod';
import type { Emulator } from '../emulator/emulator.ts';
import { RefusedError } from '../emulator/errors.ts';
import { currentValues } from '../emulator/record.ts';

const MOST_RECORDS = 12;
const MOST_DELIVERIES = 10;

const Change = z.object({ type: z.string(), id: z.string(), property: z.string(), value: z.string() });

/** The newest records of a type, and which types and properties there are; for the page, which is local only. */
export function showRecords({ account, webhooks }: Emulator, typeId: string | null): Response {
  const types = account.portal.objectTypes.filter((type) => account.records.all(type).length > 0);
  const type = types.find((each) => each.typeId === typeId) ?? types[0];
  const live = type ? account.records.all(type).filter(({ archivedAt }) => archivedAt === undefined) : [];
  const records = live
    .slice(-MOST_RECORDS)
    .toReversed()
    .map((record) => ({ id: record.id, values: currentValues(record) }));
  const properties = Object.entries(type?.properties ?? {}).flatMap(([name, { rollupFrom }]) =>
    rollupFrom ? [] : name,
  );
  return Response.json({
    type: type?.typeId,
    types: types.map(({ typeId: id, name }) => ({ id, name })),
    properties,
    records,
    deliveries: webhooks.deliveries.slice(-MOST_DELIVERIES).toReversed(),
  });
}

/** Changes a property of a record as somebody in HubSpot's own pages would. */
export async function changeRecord({ account, clock }: Emulator, request: Request): Promise<Response> {
  // Only a page of this address can send that type without being asked first.
  if (request.headers.get('content-type') !== 'application/json')
    return refuse(415, 'The body has to be application/json');
  const change = Change.safeParse(await request.json().catch(() => undefined));
  if (!change.success) return refuse(400, 'type, id, property and value are needed');
  const { type: typeId, id, property, value } = change.data;
  const type = account.portal.objectTypes.find((each) => each.typeId === typeId);
  const record = type && account.records.get(type, id);
  if (!record) return refuse(404, 'There is no such record');
  try {
    account.update(record, { [property]: value }, clock.now());
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return refuse(400, 'HubSpot refuses that value for that property');
  }
  return Response.json({ id: record.id });
}

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
