import { readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The path itself where nothing is there, else with the first number that is free: `site.yaml.unreadable`, `….unreadable.2`. */
export async function freeName(path: string): Promise<string> {
  const folder = dirname(path);
  const names = new Set(await readdir(folder));
  const first = basename(path);
  let name = first;
  for (let number = 2; names.has(name); number++) name = `${first}.${number}`;
  return join(folder, name);
}

/** Moves a file away so that its text is kept, and over nothing. Gives its new path. */
export async function moveAside(path: string, wanted: string): Promise<string> {
  const aside = await freeName(wanted);
  await rename(path, aside);
  return aside;
}
