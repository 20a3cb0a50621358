// Bundles the program into dist/: one entry, split chunks, so that a verb loads only what it needs.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { build } from 'esbuild';
import { startUpPatches } from './build/start-up-patches.ts';

const home = resolve(import.meta.dirname, '..');
const { version } = JSON.parse(await readFile(resolve(home, 'package.json'), 'utf8'));

await rm(resolve(home, 'dist'), { recursive: true, force: true });
const { outputFiles } = await build({
  write: false,
  absWorkingDir: home,
  entryPoints: ['source/cli.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  // Not lower: regular expressions with flag v would be built at load instead of at first use.
  target: 'es2024',
  minify: true,
  jsx: 'automatic',
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.KLOUDSPOT_VERSION': JSON.stringify(version) },
  // Ink's optional developer tools are never shipped.
  alias: { 'react-devtools-core': './scripts/build/empty.js', 'when-exit': './scripts/build/when-exit.js' },
  plugins: [startUpPatches],
  logLevel: 'warning',
});

// CommonJS dependencies need a `require`; only the chunk that hands it to them makes one, as that costs time at start.
// Chunks that import it for nothing but its (missing) effects need not load it at all.
const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);\n";
const runtime = outputFiles.filter(({ text }) => /\btypeof require\b/.test(text)).map(({ path }) => basename(path));
const idle = new RegExp(`import"[./]*(?:chunks/)?(?:${runtime.join('|')})";`, 'g');
for (const { path, text } of outputFiles) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, runtime.includes(basename(path)) ? banner + text : text.replace(idle, ''));
}
