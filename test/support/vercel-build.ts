import { execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(PROJECT, 'test/vercel/node_modules/vercel/dist/vc.js');

/** What installs the Vercel CLI. */
export const INSTALL_CLI = 'npm ci --prefix test/vercel';

/** What git leaves out, which a deployment therefore does not get. */
const IGNORED = /^(node_modules|coverage|\.git|\.vercel|\.env(?!\.example$).*)$/;

/** The first builds without asking for an account, the second without `npm install`, the third fails on a type error. */
const OFFLINE = {
  VERCEL_TELEMETRY_DISABLED: '1',
  VERCEL_INSTALL_COMPLETED: '1',
  EXPERIMENTAL_NODE_TYPESCRIPT_ERRORS: '1',
};

/** What `vercel build` made of a copy of this project. */
export interface VercelBuild {
  /** The copy's `.vercel/output`, laid out as Vercel's Build Output API says. */
  output: string;
  /** Deletes the copy. */
  dispose: () => void;
}

/** A function that was built, by what Vercel is told of it. */
export interface BuiltFunction {
  /** Its URL path without a slash in front, such as `api/index`. */
  path: string;
  /** The folder that holds it. */
  directory: string;
  config: { handler: string; runtime: string; maxDuration?: number; memory?: number };
}

export function isCliInstalled(): boolean {
  return existsSync(CLI);
}

/**
 * Builds what a production deployment would, without an account, in a copy outside the repository.
 * @throws when the CLI is not installed, and with all it printed when the build fails.
 */
export async function buildForVercel(): Promise<VercelBuild> {
  if (!isCliInstalled()) throw new Error(`The Vercel CLI is not installed: ${INSTALL_CLI}`);
  const directory = mkdtempSync(join(tmpdir(), 'vercel-build-'));
  const dispose = () => rmSync(directory, { recursive: true, force: true });
  try {
    cpSync(PROJECT, directory, { recursive: true, filter: (path) => !IGNORED.test(basename(path)) });
    linkTree(join(PROJECT, 'node_modules'), join(directory, 'node_modules'));
    mkdirSync(join(directory, '.vercel'));
    writeFileSync(join(directory, '.vercel/project.json'), '{"settings":{}}');
    await runCli(directory);
    return { output: join(directory, '.vercel/output'), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function runCli(directory: string): Promise<void> {
  const settings = ['--cwd', directory, '--global-config', join(directory, '.vercel/global')];
  try {
    await promisify(execFile)(process.execPath, [CLI, 'build', '--prod', '--yes', ...settings], {
      env: { ...process.env, ...OFFLINE },
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`vercel build failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** The build follows no link that leaves its folder: files are hard links, or copies on another file system. */
function linkTree(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isFile()) linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EXDEV' && code !== 'EPERM') throw error;
    copyFileSync(source, target);
  }
}

/** Every function of a build. */
export function functionsOf({ output }: VercelBuild): BuiltFunction[] {
  const root = join(output, 'functions');
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.func'));
  return names.map((name) => {
    const directory = join(root, name);
    const config = JSON.parse(readFileSync(join(directory, '.vc-config.json'), 'utf8')) as BuiltFunction['config'];
    return { path: name.replace(/\.func$/, ''), directory, config };
  });
}

/** Relative paths of the files under a folder. */
export function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

/** A copy of a function where nothing else is, so that what it was not given it does not find. */
export function copyOut({ directory }: BuiltFunction): { directory: string; dispose: () => void } {
  const copy = mkdtempSync(join(tmpdir(), 'vercel-function-'));
  cpSync(directory, copy, { recursive: true });
  return { directory: copy, dispose: () => rmSync(copy, { recursive: true, force: true }) };
}
