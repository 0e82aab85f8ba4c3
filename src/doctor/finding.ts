/** One thing the doctor has looked at. No text of it names a person or holds a secret; record ids are allowed. */
export interface Finding {
  /** Stable, for scripts: such as `property-missing`. */
  code: string;
  severity: 'problem' | 'warning' | 'fine';
  /** What was found, in one sentence. */
  text: string;
  /** How to mend it; empty where there is nothing to mend. */
  fix: string;
}

export function problem(code: string, text: string, fix: string): Finding {
  return { code, severity: 'problem', text, fix };
}

export function warning(code: string, text: string, fix: string): Finding {
  return { code, severity: 'warning', text, fix };
}

export function fine(code: string, text: string): Finding {
  return { code, severity: 'fine', text, fix: '' };
}

const MOST_EXAMPLES = 5;

/** `7 records (101, 102, 103, 104, 105, …)`. */
export function someOf(what: string, ids: readonly string[]): string {
  const shown = ids.slice(0, MOST_EXAMPLES).join(', ');
  return `${ids.length} ${what} (${shown}${ids.length > MOST_EXAMPLES ? ', …' : ''})`;
}
