import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const home = resolve(import.meta.dirname, '../..');
let copy: string;

/** A rule that is never seen to fail may not be a rule: each violation is planted in a copy of the sources. */
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'kloudspot-lint-'));
  await cp(join(home, 'source'), join(copy, 'source'), { recursive: true });
  const rules = JSON.parse(await readFile(join(home, 'biome.json'), 'utf8'));
  await writeFile(join(copy, 'biome.json'), JSON.stringify({ ...rules, vcs: { enabled: false } }));
});
afterAll(() => rm(copy, { recursive: true, force: true }));

async function lintWith(file: string, text: string) {
  const path = join(copy, 'source', file);
  await writeFile(path, text);
  const result = await execa(
    join(home, 'node_modules/.bin/biome'),
    ['lint', '--colors=off', '--max-diagnostics=200', '.'],
    { cwd: copy, reject: false, all: true },
  );
  await rm(path);
  return result;
}

describe('the house keeps its arrows', () => {
  it.each([
    [
      'an import upwards',
      'host/planted.ts',
      "import { version } from '../commands/line/flags.ts';\nexport const planted = version;\n",
    ],
    [
      'a type-only import upwards',
      'site/planted.ts',
      "import type { RunEvent } from '../run/event.ts';\nexport type Planted = RunEvent;\n",
    ],
    ['a dynamic import upwards', 'plan/planted.ts', "export const planted = () => import('../ui/session.ts');\n"],
    [
      'the engine knowing the rehearsal',
      'run/planted.ts',
      "export const planted = () => import('../rehearsal/rehearsal.ts');\n",
    ],
  ])('refuses %s', async (_, file, text) => {
    const { exitCode, all } = await lintWith(file, text);
    expect(all).toContain('noRestrictedImports');
    expect(all).toContain(file);
    expect(exitCode).toBe(1);
  });

  it('refuses a cycle', async () => {
    await writeFile(
      join(copy, 'source/host/planted-one.ts'),
      "import { two } from './planted-two.ts';\nexport const one = () => two;\n",
    );
    const { exitCode, all } = await lintWith(
      'host/planted-two.ts',
      "import { one } from './planted-one.ts';\nexport const two = () => one;\n",
    );
    await rm(join(copy, 'source/host/planted-one.ts'));
    expect(all).toContain('noImportCycles');
    expect(exitCode).toBe(1);
  });

  it('has nothing to say about the sources as they are', async () => {
    const { exitCode, all } = await lintWith('host/planted.ts', 'export const planted = 1;\n');
    expect(all).not.toContain('noRestrictedImports');
    expect(exitCode).toBe(0);
  });
});
