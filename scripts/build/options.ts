import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { builtData } from './data.ts';
import { startUpPatches } from './start-up-patches.ts';

const home = resolve(import.meta.dirname, '../..');

/** The version of package.json. */
export const version: string = JSON.parse(readFileSync(resolve(home, 'package.json'), 'utf8')).version;

const git = (...args: string[]): string =>
  spawnSync('git', ['-C', home, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).stdout?.trim() ??
  '';

/** The commit and its date, `0123456789ab, 2026-11-26`; `-dirty` where files differ from it. Empty outside a clone. */
export function commitAndDate(): string {
  const [commit, date] = [
    git('describe', '--always', '--dirty', '--exclude=*', '--abbrev=12'),
    git('log', '-1', '--format=%cs'),
  ];
  return commit === '' || date === '' ? '' : `${commit}, ${date}`;
}

/** Seconds since 1970 that every file of a package bears, so that two builds of a commit are equal byte for byte. */
export function sourceDate(): number {
  const seconds = Number(process.env['SOURCE_DATE_EPOCH'] ?? git('log', '-1', '--format=%ct'));
  if (!Number.isInteger(seconds) || seconds <= 0)
    throw new Error('This is not a git clone: give the date of the sources as SOURCE_DATE_EPOCH (seconds since 1970).');
  return seconds;
}

/** What both builds share: split chunks for dist/, and one file for the single executable. */
export const shared = {
  write: false,
  absWorkingDir: home,
  entryPoints: ['source/cli.ts'],
  bundle: true,
  format: 'esm',
  platform: 'node',
  // Not lower: regular expressions with flag v would be built at load instead of at first use.
  target: 'es2024',
  minify: true,
  jsx: 'automatic',
  legalComments: 'none',
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.KLOUDSPOT_VERSION': JSON.stringify(version),
    'process.env.KLOUDSPOT_BUILT': JSON.stringify(commitAndDate()),
  },
  alias: {
    // Ink's optional developer tools are never shipped.
    'react-devtools-core': './scripts/build/empty.js',
    'when-exit': './scripts/build/when-exit.js',
    // The same library as modules of ECMAScript: one scope instead of 60 wrapped files, and only what is used.
    yaml: './node_modules/yaml/browser/dist/index.js',
  },
  plugins: [builtData, startUpPatches({ whole: true })],
  logLevel: 'warning',
} satisfies BuildOptions;

/** CommonJS dependencies need a `require`. */
export const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);\n";
