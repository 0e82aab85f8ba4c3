import { registerHooks } from 'node:module';

/** What a fresh process tells of a function's first request. */
export interface FirstAnswer {
  status: number;
  body: unknown;
  /** Milliseconds from the start of the process, Node's own included, until the module was imported. */
  startMs: number;
  /** Milliseconds the import took. */
  importMs: number;
  /** Milliseconds from before that import until the answer was there. */
  answeredMs: number;
  /** URLs of all modules that were loaded, if they were asked for. */
  loaded: string[];
}

/** Run as a process of its own: imports a module and, given a URL, sends its function one request. */
const [entry = '', url = '', wish = ''] = process.argv.slice(2);
const loaded: string[] = [];
if (wish === 'record') {
  registerHooks({
    load(module, context, nextLoad) {
      loaded.push(module);
      return nextLoad(module, context);
    },
  });
}

const startedMs = performance.now();
const imported = (await import(entry)) as { default?: { fetch: (request: Request) => Promise<Response> } };
const startMs = performance.now();
const importMs = startMs - startedMs;
const response = url === '' ? undefined : await imported.default?.fetch(new Request(url));
const body: unknown = await response?.json();
const answeredMs = performance.now() - startedMs;
const answer: FirstAnswer = { status: response?.status ?? 0, body, startMs, importMs, answeredMs, loaded };
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
