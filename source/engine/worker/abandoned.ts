import { createHash } from 'node:crypto';
import { access, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { identifyProcess, lifeOf } from '../../host/process-identity.ts';
import type { Files } from '../../site/files.ts';
import type { RunHandle } from '../journal/event.ts';
import { journalPath } from '../journal/run-paths.ts';
import { readOrigin } from '../process/origin.ts';
import { lifeOfRun } from '../process/run-process.ts';
import { listRuns } from '../runs.ts';

/** Where the folder of a run is put together: it gets its name once it is whole. Who makes it is named, with the start of that process: its number may be given again. */
export const unfinishedFolder = ({ runs }: Files, id: string): string =>
  join(runs, `.${id}.${process.pid}.${startMark(process.pid)}`);

function startMark(process_: number): string | undefined {
  const identity = identifyProcess(process_);
  return identity && createHash('sha256').update(identity.started).digest('hex').slice(0, 8);
}

/**
 * Removes folders of runs that never began and never will: what made them was killed before a process held the lock.
 * Also the sockets at which processes that were killed have listened.
 */
export async function removeAbandoned(files: Files): Promise<void> {
  await removeDeadSockets(files);
  const names = await readdir(files.runs).catch(() => []);
  for (const name of names) if (isUnfinished(name)) await remove(join(files.runs, name));
  for (const run of await listRuns(files)) if (await isAbandoned(run)) await remove(run.directory);
}

async function removeDeadSockets({ runs, sockets }: Files): Promise<void> {
  for (const name of await readdir(sockets).catch(() => [])) {
    const id = /^(\d{8}-.*)\.sock$/.exec(name)?.[1];
    if (id === undefined || (await lifeOfRun(join(runs, id))).life === 'alive') continue;
    await remove(join(sockets, name));
  }
}

function isUnfinished(name: string): boolean {
  const [, maker, mark] = /^\..*\.(\d+)\.([0-9a-f]{8})$/.exec(name) ?? [];
  return maker !== undefined && startMark(Number(maker)) !== mark;
}

/** Whether no one began a run and no one will: who made it is gone. */
export async function isAbandoned({ directory }: Pick<RunHandle, 'directory'>): Promise<boolean> {
  const begun = await access(journalPath(directory)).then(
    () => true,
    () => false,
  );
  if (begun || (await lifeOfRun(directory)).life !== 'none') return false;
  const origin = await readOrigin(directory).catch(() => undefined);
  // A damaged one is kept: someone may want to look at it.
  return origin?.launcher !== undefined && lifeOf(origin.launcher) === 'gone';
}

const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => undefined);
