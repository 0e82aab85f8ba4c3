/** A request's JSON, or why it is none. */
export interface ParsedBody {
  value: unknown;
  problem?: string;
}

export function parseBody(text: string): ParsedBody {
  if (text === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { value: undefined, problem: error instanceof Error ? error.message : 'not JSON' };
  }
}

/** Inputs of a batch; 1 for other calls. */
export function countInputs({ value }: ParsedBody): number {
  const inputs = (value as { inputs?: unknown } | null | undefined)?.inputs;
  return Array.isArray(inputs) ? inputs.length : 1;
}
