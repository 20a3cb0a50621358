import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { build } from 'esbuild';
import { withoutBuiltinImports } from './builtins.ts';
import { requireBanner, shared } from './options.ts';

/** The program as one entry and chunks, so that a verb loads only what it needs. What was in the folder before is gone. */
export async function buildInto(folder: string): Promise<void> {
  await rm(resolve(folder), { recursive: true, force: true });
  const { outputFiles } = await build({
    ...shared,
    outdir: resolve(folder),
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
  // Only the chunk that hands `require` to the dependencies makes one, as that costs time at start.
  // Chunks that import it for nothing but its (missing) effects need not load it at all.
  const runtime = outputFiles.filter(({ text }) => /\btypeof require\b/.test(text)).map(({ path }) => basename(path));
  const idle = new RegExp(`import"[./]*(?:chunks/)?(?:${runtime.join('|')})";`, 'g');
  for (const { path, text } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    const lean = withoutBuiltinImports(
      runtime.includes(basename(path)) ? requireBanner + text : text.replace(idle, ''),
    );
    await writeFile(path, lean);
  }
}
