import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';

/**
 * Puts a page together from its HTML, styles and scripts, into one document that needs nothing else, and the policy that
 * lets exactly its own script and style run. Vercel bundles nothing: what this writes is committed.
 */
export async function buildPage(name: string): Promise<string> {
  const source = (extension: string) => readFileSync(`src/pages/browser/${name}.${extension}`, 'utf8');
  const js = await bundle(`src/pages/browser/${name}.ts`);
  // The chart library brings a style along.
  const ofCharts = js.includes('uplot') ? readFileSync('node_modules/uplot/dist/uPlot.min.css', 'utf8').trim() : '';
  const css = `${ofCharts}\n${source('css').trim()}`.trim();
  const html = source('html')
    .replace(/<style>[^]*?<\/style>/, () => `<style>${css}</style>`)
    .replace(/<script type="module">[^]*?<\/script>/, () => `<script type="module">${js}</script>`);
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(js)}'`,
    // The chart library sets styles of elements by script, which needs no permission; its legend has attributes.
    `style-src '${hashOf(css)}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return `/** Made by \`npm run pages\` from src/pages/browser. */\nexport const PAGE = ${JSON.stringify({ html, policy })};\n`;
}

async function bundle(input: string): Promise<string> {
  const build = await rolldown({ input, platform: 'browser' });
  const { output } = await build.generate({ format: 'esm', minify: true });
  await build.close();
  return output[0].code.trim().replaceAll('</script', String.raw`<\/script`);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Pages, by the names of their sources. */
export const PAGES = ['dashboard', 'front-door'] as const;

if (import.meta.main) {
  for (const name of PAGES) writeFileSync(`src/pages/built/${name}.ts`, await buildPage(name));
}
