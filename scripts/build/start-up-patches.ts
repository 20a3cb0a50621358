import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { drawingPatches, type Patch } from './drawing-patches.ts';

const segmenter = resolve(import.meta.dirname, 'lazy-segmenter.js');
const lazySegmenter = {
  replace: [['new Intl.Segmenter(', 'new LazySegmenter(']],
  prelude: `import { LazySegmenter } from ${JSON.stringify(segmenter)};\n`,
} as const;

/** What the libraries do at load, and a terminal program does not need at its first frame. */
const patches: readonly Patch[] = [
  // Decodes its embedded WebAssembly through fetch, which loads the whole HTTP client: 70 ms.
  {
    file: /yoga-layout\/dist\/binaries\/yoga-wasm-base64-esm\.js$/,
    replace: [['"function"!=typeof fetch', '!0']],
  },
  {
    file: /string-width\/index\.js$/,
    replace: [
      ...lazySegmenter.replace,
      [
        'let width = 0;\n\tconst eastAsianWidthOptions',
        'if (ambiguousIsNarrow && plainText.test(string)) return string.length;\n\tlet width = 0;\n\tconst eastAsianWidthOptions',
      ],
      // The engine builds the set of all emoji where it reads the expression, even in a function that does not run: 20 ms.
      ['const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;', 'let rgiEmojiRegex;'],
      ['rgiEmojiRegex.test(segment)', "(rgiEmojiRegex ??= new RegExp('^\\\\p{RGI_Emoji}$', 'v')).test(segment)"],
    ],
    prelude: `import { LazySegmenter, plainText } from ${JSON.stringify(segmenter)};\n`,
  },
  // Asked for only where the terminal does not tell its size; loading it costs 5 ms.
  {
    file: /terminal-size\/index\.js$/,
    replace: [
      [
        "import {execFileSync} from 'node:child_process';",
        "const execFileSync = (...args) => process.getBuiltinModule('node:child_process').execFileSync(...args);",
      ],
    ],
  },
  // One call of one function, for which 4 ms of modules are loaded.
  {
    file: /signal-exit\/index\.js$/,
    replace: [["require('assert')", '{ equal(one, other, words) { if (one !== other) throw new TypeError(words); } }']],
  },
  // Writes and compiles a program for each kind of object at the first one: for a file that is read once that takes longer than reading,
  // 4 of 20 ms for the plan of three nodes.
  {
    file: /zod\/v4\/core\/schemas\.js$/,
    replace: [
      ['let fastpass;', 'let fastpass, objects = 0;'],
      ['ctx.jitless !== true) {', 'ctx.jitless !== true && (fastpass || ++objects > 200)) {'],
    ],
  },
  ...drawingPatches,
  { file: /ink\/build\/line-update\.js$/, ...lazySegmenter },
  { file: /wrap-ansi\/index\.js$/, ...lazySegmenter },
  { file: /slice-ansi\/tokenize-ansi\.js$/, ...lazySegmenter },
  { file: /cli-truncate\/index\.js$/, ...lazySegmenter },
  { file: /@alcalzone\/ansi-tokenize\/build\/tokenize\.js$/, ...lazySegmenter },
];

/** Carries out the patches. `whole`: fails where a file to be patched is not in the bundle. */
export const startUpPatches = ({ whole }: { readonly whole: boolean }): Plugin => ({
  name: 'start-up patches',
  setup(build) {
    const applied = new Set<Patch>();
    for (const patch of patches) {
      build.onLoad({ filter: patch.file }, async ({ path }) => {
        let text = await readFile(path, 'utf8');
        for (const [found, by] of patch.replace) {
          if (!text.includes(found)) throw new Error(`${path} no longer holds ${JSON.stringify(found)}: fix the patch`);
          text = text.replaceAll(found, () => by);
        }
        applied.add(patch);
        return { contents: (patch.prelude ?? '') + text, loader: 'js' };
      });
    }
    build.onEnd((result) => {
      const missed = whole && result.errors.length === 0 ? patches.filter((patch) => !applied.has(patch)) : [];
      if (missed.length > 0)
        throw new Error(`files not met in the bundle: ${missed.map(({ file }) => file.source).join(', ')}`);
    });
  },
});
