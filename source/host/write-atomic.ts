import { chmod, link, lstat, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Fault } from '../errors/fault.ts';
import { codeOf } from '../errors/thrown.ts';
import { namePath } from './file-fault.ts';
import { makeFolder } from './make-folder.ts';

/** Writes a file so that a reader sees the old text or the new one, whole, also after a power cut. */
export async function writeAtomic(path: string, text: string, mode: number): Promise<void> {
  const target = await targetOf(path);
  const folder = dirname(target);
  makeFolder(folder);
  await removeLeftovers(folder, basename(target));
  const temporary = join(folder, `.${basename(target)}.${process.pid}.${counter++}`);
  try {
    await writeSynced(temporary, text, mode);
    await rename(temporary, target);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true });
    throw namePath(error, target, temporary);
  }
}

/** Places a file, whole, where there is none; false where there is one, whatever it is. Of several at once, one places it. */
export async function placeAtomic(path: string, text: string, mode: number): Promise<boolean> {
  const [folder, name] = [dirname(path), basename(path)];
  await removeLeftovers(folder, name);
  const temporary = join(folder, `.${name}.${process.pid}.${counter++}`);
  try {
    await writeSynced(temporary, text, mode);
    await link(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw namePath(error, path, temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}

let counter = 0;

/** Links are followed, but not one that another user has made: it would lead our text over a file of his choice. */
async function targetOf(path: string): Promise<string> {
  const found = await lstat(path).catch(() => undefined);
  const trusted = found === undefined || [0, process.geteuid?.()].includes(found.uid);
  if (found?.isSymbolicLink() && !trusted)
    throw new Fault({
      what: `${path} is a link that another user has made (user id ${found.uid}).`,
      where: path,
      why: 'What is written there would land where that user wants it.',
      next: [`Remove it: rm ${path}`],
    });
  return realpath(path).catch(() => path);
}

/** Removes temporary files of writers that were killed. */
async function removeLeftovers(folder: string, name: string): Promise<void> {
  const entries = await readdir(folder).catch(() => []);
  const temporary = entries.filter((entry) => entry.startsWith(`.${name}.`));
  for (const entry of temporary) {
    const writer = /^(\d+)\.\d+$/.exec(entry.slice(name.length + 2))?.[1];
    if (writer !== undefined && !lives(Number(writer))) await rm(join(folder, entry), { force: true });
  }
}

function lives(writer: number): boolean {
  try {
    return process.kill(writer, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function writeSynced(path: string, text: string, mode: number): Promise<void> {
  const handle = await open(path, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(path, mode);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
