import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, vi } from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the files of one run of vitest share the sites that are built: a folder for each. */
    readonly builtSites: string;
  }
}

/** Before all files: a folder for what they share, which goes after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'kloudspot-built-'));
  project.provide('builtSites', folder);
  return () => rm(folder, { recursive: true, force: true, maxRetries: 20 });
}

/** Copies the root of a built site to `to`, also in a hook, which may not call `expect.poll`. `build` makes it below a folder, as `root`: of all tests of this `name` one does. */
export async function copyBuilt(name: string, to: string, build: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(inject('builtSites'), name);
  const done = join(folder, 'done');
  const first = await mkdir(folder).then(
    () => true,
    () => false,
  );
  if (first) {
    await build(folder);
    await writeFile(done, '');
  } else await vi.waitUntil(() => existsSync(done), { timeout: 590_000, interval: 100 });
  await cp(join(folder, 'root'), to, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  await nameWhereItLies(to, join(folder, 'root'));
}

/** Every path that files name under the root that they were copied from is one under their own. */
async function nameWhereItLies(root: string, before: string): Promise<void> {
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'utf8');
    if (text.includes(before)) await writeFile(path, text.replaceAll(before, root));
  }
}
