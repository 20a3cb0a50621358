import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { outputPath } from '../../source/engine/journal/output-file.ts';
import { program, runEnvironment } from '../../source/host/program.ts';
import { record } from './record.ts';

/** Runtime and flags of a run's process. */
const [runtime = '', ...flags] = program.slice(0, -1);
const lines = Number(process.env['LINES_SAID'] ?? 10_000_000);

/** Bundled as the program itself is: a runtime that also strips types would count for most of the memory. */
async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'noise.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'noise.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    define: { 'import.meta.dirname': JSON.stringify(join(import.meta.dirname, '../../source/microk8s/data')) },
    logLevel: 'error',
  });
  return outfile;
}

async function measured(...words: readonly string[]): Promise<{ readonly ms: number; readonly megabytes: number }> {
  const { stdout } = await execa(runtime, [...flags, ...words], { env: runEnvironment });
  return JSON.parse(stdout);
}

it(`a command that prints ${lines} lines costs little memory, and is read back quickly`, {
  timeout: 3_600_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ks-noise-'));
  const script = await bundled(folder);
  const said = await measured(script, 'say', folder, String(lines));
  const back = await measured(script, 'read', folder);
  const text = await readFile(outputPath(folder, 's'), 'utf8');
  expect(text).toMatch(/lines left out/);
  expect(text.trimEnd().endsWith('the end')).toBe(true);
  expect(text).not.toContain('secret-word');
  await rm(folder, { recursive: true });
  const held = [said.megabytes < 150, back.megabytes < 150, back.ms < 2000].filter(Boolean).length;
  record({
    promise: 'Noise is bounded',
    how: `${lines} lines from one command: the run took ${Math.round(said.megabytes)} MB; reading it back took ${Math.round(back.megabytes)} MB and ${Math.round(back.ms)} ms; limits 150 MB and 2 s`,
    tried: 3,
    held,
  });
  expect(held).toBe(3);
});
