import { createHash } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../host/make-folder.ts';
import { foldersIn, openFile } from '../host/read-text.ts';
import type { Files } from '../site/files.ts';

/** A backup as it lies on this machine. */
export interface LocalBackup {
  readonly id: string;
  readonly folder: string;
  /** Every file is there and has the sum that was taken on the manager. */
  readonly whole: boolean;
  readonly bytes: number;
}

/** Keeps a backup as a whole or not at all, readable by its owner alone. */
export async function keepBackup(
  { backups }: Pick<Files, 'backups'>,
  id: string,
  files: ReadonlyMap<string, Buffer>,
): Promise<void> {
  const part = join(backups, `.${id}.part`);
  await rm(part, { recursive: true, force: true });
  makeFolder(part, 0o700);
  for (const [name, content] of files) await writeFile(join(part, name), content, { mode: 0o600 });
  await rm(join(backups, id), { recursive: true, force: true });
  await rename(part, join(backups, id));
}

/** One file of a backup. */
export async function backupFile({ folder }: Pick<LocalBackup, 'folder'>, name: string): Promise<Buffer> {
  await using file = await openFile(join(folder, name));
  // Awaited here: the file would be closed while it is read.
  return await file.readFile();
}

/** All that this machine keeps, the oldest first. Throws what Node throws where their folder cannot be read. */
export async function localBackups({ backups }: Pick<Files, 'backups'>): Promise<LocalBackup[]> {
  const ids = await foldersIn(backups);
  return Promise.all(ids.toSorted().map((id) => localBackup(join(backups, id), id)));
}

async function localBackup(folder: string, id: string): Promise<LocalBackup> {
  const sums = await backupFile({ folder }, 'SHA256SUMS').catch(() => '');
  const rows = sums
    .toString()
    .split('\n')
    .flatMap((line) => {
      const [, sum = '', name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
      return name === undefined ? [] : [{ sum, name }];
    });
  const files = await Promise.all(
    rows.map(async ({ sum, name }) => {
      const content = await backupFile({ folder }, name).catch(() => undefined);
      const same = content !== undefined && createHash('sha256').update(content).digest('hex') === sum;
      return { same, bytes: content?.length ?? 0 };
    }),
  );
  const whole = files.length > 0 && files.every(({ same }) => same);
  return { id, folder, whole, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/**
 * Removes all but the newest so many complete ones, and as many damaged ones, which never push out a complete one. `made`: it has just
 * been made and stays, whatever the clock said.
 */
export async function pruneLocalBackups(files: Pick<Files, 'backups'>, keep: number, made: string): Promise<void> {
  const others = (await localBackups(files)).filter(({ id }) => id !== made).toReversed();
  const whole = others.filter((each) => each.whole).slice(keep - 1);
  const damaged = others.filter((each) => !each.whole).slice(keep);
  for (const { folder } of [...whole, ...damaged]) await rm(folder, { recursive: true, force: true });
}
