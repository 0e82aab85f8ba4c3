import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A step that Redis carries out as a whole, or not at all. */
export interface Script {
  name: string;
  source: string;
  sha: string;
}

const SCRIPTS = ['catch-up', 'pull', 'take', 'decide', 'made', 'write', 'open', 'adopt', 'window'] as const;
export type ScriptName = (typeof SCRIPTS)[number];

/** Those that stand by themselves: they read and tell no news. */
const ALONE: readonly ScriptName[] = ['window'];

/** The scripts, each with what it is built on. */
export function loadScripts(): Record<ScriptName, Script> {
  const shared = [read('common'), read('seats')];
  const scripts = SCRIPTS.map((name) => {
    const source = [...(ALONE.includes(name) ? [] : shared), read(name)].join('\n');
    return [name, { name, source, sha: createHash('sha1').update(source).digest('hex') }] as const;
  });
  return Object.fromEntries(scripts) as Record<ScriptName, Script>;
}

function read(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
}
