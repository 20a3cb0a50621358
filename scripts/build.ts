// Bundles the program into dist/: one entry, split chunks, so that a verb loads only what it needs.
import { readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { startUpPatches } from './build/start-up-patches.ts';

const home = resolve(import.meta.dirname, '..');
const { version } = JSON.parse(await readFile(resolve(home, 'package.json'), 'utf8'));

await rm(resolve(home, 'dist'), { recursive: true, force: true });
await build({
  absWorkingDir: home,
  entryPoints: ['source/cli.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  keepNames: true,
  jsx: 'automatic',
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.KLOUDSPOT_VERSION': JSON.stringify(version) },
  // Ink's optional developer tools are never shipped; CommonJS dependencies need a require.
  alias: { 'react-devtools-core': './scripts/build/empty.js' },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  plugins: [startUpPatches],
  logLevel: 'warning',
});
