// Builds what the lab runs on, once: a root file system and the programs of a control plane.
// Each part carries a stamp of the recipe that it was made by; a changed recipe builds that part again.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { quietly } from './hub.ts';
import { buildImages, imagesRecipe } from './images.ts';
import { refuseIfIncomplete } from './missing.ts';
import { at, keyPath, lab } from './place.ts';
import { buildPlane, planeRecipe } from './plane.ts';
import { buildRoot, rootRecipe } from './root.ts';
import { buildSnaps, snapsRecipe } from './snaps.ts';

type Say = (line: string) => void;

/** Makes sure that everything is built. Seconds when it is; 2 minutes for the root and 8 for the programs when not, side by side. */
export async function ensureBuilt(say: Say = (line) => console.error(line)): Promise<void> {
  refuseIfIncomplete();
  mkdirSync(lab, { recursive: true });
  await alone(async () => {
    if (!existsSync(keyPath)) await quietly`ssh-keygen -q -t ed25519 -N ${''} -C lab -f ${keyPath}`;
    await Promise.all([
      part('root', rootRecipe(), (folder) => buildRoot(folder, say), say),
      part('plane', planeRecipe(), (folder) => buildPlane(folder, say), say),
      part('snaps', snapsRecipe(), buildSnaps, say),
    ]);
    await part('images', imagesRecipe(), buildImages, say);
  });
}

/** Builds what is called `name` where its recipe is not the one that it was built by. Its folder appears whole or not at all. */
export async function part(
  name: string,
  recipe: string,
  build: (folder: string) => Promise<void>,
  say: Say,
): Promise<void> {
  const stamp = createHash('sha256').update(recipe).digest('hex');
  if (stampOf(name) === stamp) return;
  if (existsSync(at('nodes')))
    throw new Error(`The lab's ${name} must be built again while its nodes exist: down first.`);
  say(`lab: building the ${name} (once)`);
  const began = Date.now();
  const fresh = at(`${name}.new`);
  rmSync(fresh, { recursive: true, force: true });
  await build(fresh);
  rmSync(at(name), { recursive: true, force: true });
  await quietly`mv ${fresh} ${at(name)}`;
  writeFileSync(at(`${name}.stamp`), stamp);
  say(`lab: the ${name} is built, ${Math.round((Date.now() - began) / 1000)} s`);
}

function stampOf(name: string): string | undefined {
  const file = at(`${name}.stamp`);
  return existsSync(file) && existsSync(at(name)) ? readFileSync(file, 'utf8') : undefined;
}

/** Two test runs that start together must not build into each other. */
export async function alone(work: () => Promise<void>): Promise<void> {
  const lock = at('building');
  while (!taken(lock)) await sleep(1000);
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function taken(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const owner = Number(existsSync(lock) ? readFileSync(lock, 'utf8') : 0);
    if (owner && !existsSync(`/proc/${owner}`)) rmSync(lock, { force: true });
    return false;
  }
}
