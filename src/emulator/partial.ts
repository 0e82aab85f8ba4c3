import { z } from 'zod';
import type { Reply } from './errors.ts';
import type { PartialFault } from './faults.ts';
import { batchEnvelope } from './format.ts';
import { IdInput } from './route.ts';
import type { RouteMatch } from './router.ts';

const Input = z.looseObject({
  id: IdInput.optional(),
  from: z.looseObject({ id: IdInput }).optional(),
  objectWriteTraceId: z.string().optional(),
});
type Input = z.infer<typeof Input>;
const Batch = z.looseObject({ inputs: z.array(Input) });

/** A batch in two: the inputs that a fault lets fail, and the others. */
export interface SplitBatch {
  failing: { inputs: Input[] };
  rest: { inputs: Input[] };
}

/** Undefined for what is no batch, and where the fault means none of its inputs. */
export function splitBatch(body: unknown, { inputs: meant = Infinity }: PartialFault): SplitBatch | undefined {
  const batch = Batch.safeParse(body).data;
  if (!batch) return undefined;
  const fails = (input: Input, index: number) =>
    typeof meant === 'number' ? index < meant : namesOf(input).some((name) => meant.includes(name));
  const { true: failing = [], false: rest = [] } = Object.groupBy(batch.inputs, (input) =>
    fails(input, batch.inputs.indexOf(input)) ? 'true' : 'false',
  );
  if (failing.length === 0) return undefined;
  return { failing: { ...batch, inputs: failing }, rest: { ...batch, inputs: rest } };
}

function namesOf({ id, from, objectWriteTraceId }: Input): string[] {
  return [id, from?.id, objectWriteTraceId].filter((name) => name !== undefined);
}

/** The answer to the other inputs with the failed ones in its `errors`; a refusal of the whole batch stays one. */
export function addFailures(
  reply: Reply,
  failing: readonly Input[],
  { category }: PartialFault,
  { route: { operation }, dated }: RouteMatch,
  now: number,
): Reply {
  if (reply.status >= 400) return reply;
  const { results, errors = [] } = (reply.body ?? { results: [] }) as { results: unknown[]; errors?: unknown[] };
  const failures = contextsOf(failing, operation.startsWith('associations.')).map((context) => {
    return { status: 'error', category, message: 'There was a problem with the request.', context };
  });
  const okStatus = reply.status === 204 ? 200 : reply.status;
  return { status: dated ? okStatus : 207, body: batchEnvelope(results, [...errors, ...failures], now) };
}

/** What each error entry names: a trace id, an association's end, or the ids of all other inputs together. */
function contextsOf(failing: readonly Input[], areAssociations: boolean): Record<string, string[]>[] {
  const own: Record<string, string[]>[] = [];
  const ids: string[] = [];
  for (const { id, from, objectWriteTraceId } of failing) {
    const end = from?.id ?? id;
    if (objectWriteTraceId !== undefined) own.push({ objectWriteTraceId: [objectWriteTraceId] });
    else if (end === undefined) own.push({});
    else if (areAssociations) own.push({ fromObjectId: [end] });
    else ids.push(end);
  }
  return ids.length > 0 ? [...own, { ids }] : own;
}
