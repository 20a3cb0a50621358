import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Built, joined } from '../../scripts/build/together.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kloudspot-together-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Three verbs over three modules: each module is shared by other verbs, and becomes a chunk of its own. */
const sources = {
  'cli.js': "export const load = [() => import('./one.js'), () => import('./two.js'), () => import('./three.js')];",
  'one.js':
    "import { a } from './a.js'; import { b } from './b.js'; import { c } from './c.js'; export default [a, b(), c];",
  'two.js': "import { a } from './a.js'; import { b } from './b.js'; export default [a, b()];",
  'three.js': "import { a } from './a.js'; import { c } from './c.js'; export default [a, c];",
  'a.js': "globalThis.order = [...(globalThis.order ?? []), 'a']; export const a = 'a';",
  'b.js': "import { a } from './a.js'; export const b = () => `${a}b`;",
  'c.js': "import { a } from './a.js'; globalThis.order.push('c'); export const c = `${a}c`;",
};

async function built(starts: Readonly<Record<string, readonly string[]>>): Promise<readonly Built[]> {
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(home, name), text);
  const { outputFiles, metafile } = await build({
    absWorkingDir: home,
    entryPoints: ['cli.js'],
    outdir: join(home, 'dist'),
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    metafile: true,
    write: false,
  });
  const files = await joined(outputFiles, metafile, starts);
  for (const { path, text } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return files;
}

const shares = (files: readonly Built[]): readonly string[] =>
  files.map(({ path }) => basename(path)).filter((name) => /^(?:chunk|together)-/.test(name));

it('what a start loads together is one file, and every verb does what it did', async () => {
  const files = await built({ one: ['one.js'] });
  expect(shares(files)).toEqual(['together-1.mjs']);
  const { load } = await import(join(home, 'dist/cli.mjs'));
  const verbs = load.map(async (each: () => Promise<{ default: unknown }>) => (await each()).default);
  expect(await Promise.all(verbs)).toEqual([
    ['a', 'ab', 'ac'],
    ['a', 'ab'],
    ['a', 'ac'],
  ]);
  expect(Reflect.get(globalThis, 'order')).toEqual(['a', 'c']);
});

it('what another start does without stays apart', async () => {
  expect(shares(await built({ one: ['one.js'], two: ['two.js'] }))).toHaveLength(2);
  expect(shares(await built({ two: ['two.js'], three: ['three.js'] }))).toHaveLength(3);
});

it('a listed module that is only part of another chunk is refused by name', async () => {
  await expect(built({ one: ['a.js'] })).rejects.toThrow('a.js is not loaded by itself any more');
});
