import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { withoutBuiltinImports } from './builtins.ts';
import { builtData } from './data.ts';
import { requireBanner, shared } from './options.ts';
import { startUpPatches } from './start-up-patches.ts';
import { type Built, joined } from './together.ts';

/** The program as one entry and chunks, so that a verb loads only what it needs. What was in the folder before is gone. */
export async function buildInto(folder: string): Promise<void> {
  await rm(resolve(folder), { recursive: true, force: true });
  const [{ outputFiles, metafile }, first] = await Promise.all([
    build({
      ...shared,
      plugins: [firstPageApart, withoutUnpacking, ...shared.plugins],
      outdir: resolve(folder),
      splitting: true,
      // Known for a module by its name: the runtime looks for no package.json.
      outExtension: { '.js': '.mjs' },
      chunkNames: 'chunks/[name]-[hash]',
      metafile: true,
    }),
    buildFirstPages(folder),
  ]);
  // Only the chunk that hands `require` to the dependencies makes one, as that costs time at start.
  // Chunks that import it for nothing but its (missing) effects need not load it at all.
  const files = await joined(outputFiles, metafile);
  const runtime = files.filter(({ text }) => /\btypeof require\b/.test(text)).map(({ path }) => basename(path));
  const idle = new RegExp(`import"[./]*(?:chunks/)?(?:${runtime.join('|')})";`, 'g');
  const lean = files.map(({ path, text }) => ({
    path,
    text: withoutBuiltinImports(runtime.includes(basename(path)) ? requireBanner + text : text.replace(idle, '')),
  }));
  const rest = lean.filter(({ path }) => basename(path) !== 'cli.mjs');
  for (const { path, text } of [...rest, await entry(lean, folder), ...first]) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

/** The entry as CommonJS, with what it needs at once: the loader of modules takes 2 of the runtime's 34 ms, and the first page waits for neither. */
async function entry(files: readonly Built[], folder: string): Promise<Built> {
  const texts = new Map(files.map(({ path, text }) => [basename(path), text]));
  const { outputFiles } = await build({
    ...shared,
    entryPoints: ['cli.mjs'],
    format: 'cjs',
    plugins: [
      {
        name: 'entry',
        setup(at) {
          at.onResolve({ filter: /./ }, ({ path, kind }) =>
            kind === 'dynamic-import' ? { path, external: true } : { path: basename(path), namespace: 'entry' },
          );
          at.onLoad({ filter: /./, namespace: 'entry' }, ({ path }) => ({ contents: texts.get(path) ?? '' }));
        },
      },
    ],
  });
  const text = outputFiles[0]?.text ?? '';
  return { path: resolve(folder, 'cli.cjs'), text: text.replace(/import\((?="\.\/first-)/g, 'require(') };
}

/** Each paints a first page. */
const firstPages = { 'first-page': 'source/cli/first-page.ts', 'first-run-page': 'source/cli/first-run-page.ts' };
const firstPage = /\/(first-page|first-run-page)\.ts$/;

/** What paints a first page is a file of its own: reading the chunks that it would share with the rest takes longer than running it. */
async function buildFirstPages(folder: string): Promise<{ path: string; text: string }[]> {
  const { outputFiles } = await build({
    ...shared,
    plugins: [withoutUnpacking, builtData, startUpPatches({ whole: false })],
    entryPoints: firstPages,
    outdir: resolve(folder),
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    define: { ...shared.define, 'import.meta.url': 'fileUrl' },
    banner: { js: "const fileUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  return outputFiles;
}

const firstPageApart: Plugin = {
  name: 'first page apart',
  setup(build) {
    build.onResolve({ filter: firstPage }, ({ kind, path }) =>
      kind === 'dynamic-import' && path.startsWith('./cli/')
        ? { path: path.replace(/^\.\/cli\/(.*)\.ts$/, './$1.cjs'), external: true }
        : undefined,
    );
  },
};

/** Only the single executable carries templates that it unpacks. */
const withoutUnpacking: Plugin = {
  name: 'without unpacking',
  setup(build) {
    build.onLoad({ filter: /source\/site\/unpacked-templates\.ts$/ }, () => ({
      contents: "export function unpackTemplates() { throw new Error('nothing is unpacked here'); }",
      loader: 'js',
    }));
  },
};
