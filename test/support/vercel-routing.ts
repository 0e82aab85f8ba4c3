/** An entry of the `routes` in a build's config.json: a rule, or the start of a phase. */
interface Route {
  src?: string;
  dest?: string;
  status?: number;
  headers?: Record<string, string>;
  /** Goes on to the next rule although this one fits. */
  continue?: boolean;
  /** Takes the rule only if something is found at its destination. */
  check?: boolean;
  handle?: string;
}

export interface OutputConfig {
  routes: Route[];
  crons?: { path: string; schedule: string }[];
}

/** What a deployment holds, by URL path without a slash in front. */
export interface Outputs {
  functions: ReadonlySet<string>;
  files: ReadonlySet<string>;
}

/** Where a request ends up. */
export interface Destination {
  kind: 'function' | 'file' | 'none';
  /** Of the function or file; empty when there is none. */
  path: string;
  /** Added to the query: what a rule's destination carries. */
  query: string;
  /** What Vercel adds to the answer. */
  headers: Record<string, string>;
}

/** Phases in which Vercel looks for a path that nothing was found at yet; what is before the first is `start`. */
const PHASES = ['start', 'filesystem', 'miss'];

/** Finds what answers a path, by a build's own routes: rules in order, looking for what is there between the phases. */
export function routeTo({ routes }: OutputConfig, outputs: Outputs, pathname: string): Destination {
  const state = { pathname, query: '', headers: {} as Record<string, string> };
  for (const phase of PHASES) {
    const ended = applyRules(rulesOf(routes, phase), outputs, state);
    if (ended) return { kind: 'none', path: '', query: state.query, headers: state.headers };
    const found = lookUp(outputs, state.pathname);
    if (found) return { ...found, query: state.query, headers: state.headers };
  }
  return { kind: 'none', path: '', query: state.query, headers: state.headers };
}

function rulesOf(routes: readonly Route[], wanted: string): Route[] {
  let phase = 'start';
  return routes.filter(({ handle }) => {
    phase = handle ?? phase;
    return handle === undefined && phase === wanted;
  });
}

/** Changes the state as the rules say. @returns whether a rule ends the request without a destination. */
function applyRules(
  rules: readonly Route[],
  outputs: Outputs,
  state: { pathname: string; query: string; headers: Record<string, string> },
): boolean {
  for (const rule of rules) {
    const match = new RegExp(rule.src ?? '').exec(state.pathname);
    if (!match) continue;
    const [target = '', query = ''] = (rule.dest ?? state.pathname)
      .replaceAll(/\$(\d)/g, (_all, group: string) => match[Number(group)] ?? '')
      .split('?');
    if (rule.check && !lookUp(outputs, target)) continue;
    Object.assign(state.headers, rule.headers);
    if (rule.dest) Object.assign(state, { pathname: target, query });
    if (rule.continue) continue;
    return rule.dest === undefined && rule.status !== undefined;
  }
  return false;
}

/** A function `api/index` answers `/api`, too. */
function lookUp({ functions, files }: Outputs, pathname: string): Pick<Destination, 'kind' | 'path'> | null {
  const plain = pathname.replace(/^\/|\/$/g, '');
  for (const path of [plain, `${plain}/index`.replace(/^\//, '')]) {
    if (files.has(path)) return { kind: 'file', path };
    if (functions.has(path)) return { kind: 'function', path };
  }
  return null;
}
