import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { getAsset } from 'node:sea';
import * as z from 'zod';
import { Fault } from '../errors/fault.ts';
import { messageOf } from '../errors/thrown.ts';
import { makeFolder } from '../host/make-folder.ts';

const filesSchema = z.record(z.string(), z.string());

/**
 * The templates that the single executable carries, as a folder of the user's cache named after their content. Complete
 * or not there: they are unpacked beside it and moved into place. A folder that another user could have filled is refused.
 */
export function unpackTemplates(): string {
  const text = getAsset('templates.json', 'utf8');
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kloudspot');
  const folder = join(cache, `templates-${digest}`);
  try {
    if (!isOurs(folder)) unpack(filesSchema.parse(JSON.parse(text)), cache, folder);
  } catch (error) {
    throw new Fault({
      what: 'The templates of the program cannot be unpacked.',
      where: folder,
      why: messageOf(error),
      next: ['Set XDG_CACHE_HOME to a writable folder.'],
    });
  }
  return folder;
}

/** False when it is missing. Throws when it is not a folder of this user alone. */
function isOurs(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o022) !== 0)
    throw new Error(`${folder} is not a folder that belongs to this user alone: remove it`);
  return true;
}

function unpack(files: z.output<typeof filesSchema>, cache: string, folder: string): void {
  makeFolder(cache, 0o700);
  const beside = mkdtempSync(join(cache, '.templates-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(beside, name);
      makeFolder(dirname(path), 0o755);
      writeFileSync(path, content, { mode: 0o644 });
    }
    renameSync(beside, folder);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    // Another process was faster: its folder has the same content.
    if (!isOurs(folder)) throw error;
  }
}
