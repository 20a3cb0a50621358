import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimText, ownClaim } from '../../source/engine/lock/lock-claim.ts';
import { writeOrigin } from '../../source/engine/process/origin.ts';
import { claimRun } from '../../source/engine/process/run-process.ts';
import { latestRun, listRuns, unfinishedRun } from '../../source/engine/runs.ts';
import { removeAbandoned, unfinishedFolder } from '../../source/engine/worker/abandoned.ts';
import { identifyProcess } from '../../source/host/process-identity.ts';
import { type Files, filesUnder } from '../../source/site/files.ts';

let files: Files;
beforeEach(async () => {
  files = filesUnder(await mkdtemp(join(tmpdir(), 'ks-abandoned-')));
});
afterEach(() => rm(files.root, { recursive: true }));

/** The number of a process that has ended. */
const dead = () => spawnSync('true').pid;

/** A process that has ended, as it would have noted itself. */
async function ended() {
  const self = identifyProcess(process.pid);
  return self === undefined ? expect.fail('this process is not found') : { ...self, started: 'earlier' };
}

async function folderOfRun(id: string, launcher: Awaited<ReturnType<typeof identifyProcess>>): Promise<string> {
  const directory = join(files.runs, id);
  await mkdir(directory, { recursive: true });
  await writeOrigin(directory, { version: 1, root: files.root, ...(launcher ? { launcher } : {}) });
  return directory;
}

describe('a folder that a kill left before the lock was held', () => {
  it('is removed with the next run; one whose maker lives, that was begun, or that is damaged stays', async () => {
    const gone = await ended();
    await folderOfRun('left', gone);
    await folderOfRun('starting', identifyProcess(process.pid));
    await writeFile(join(await folderOfRun('journalled', gone), 'journal.jsonl'), '');
    await claimRun(await folderOfRun('claimed', gone), gone);
    await writeFile(join(await folderOfRun('damaged', gone), 'run.json'), '');
    await mkdir(join(files.runs, `.half.${dead()}.0123abcd`));
    // The number of this process, which another one had before.
    await mkdir(join(files.runs, `.earlier.${process.pid}.0123abcd`));
    const growing = unfinishedFolder(files, 'growing');
    await mkdir(growing);
    await removeAbandoned(files);
    expect((await readdir(files.runs)).toSorted()).toEqual(
      [basename(growing), 'claimed', 'damaged', 'journalled', 'starting'].toSorted(),
    );
  });

  it('does not count as a run while it is put together', async () => {
    await mkdir(unfinishedFolder(files, 'growing'), { recursive: true });
    expect(await listRuns(files)).toEqual([]);
  });
});

it('a run whose process has just been started is there and stays, though who started it was killed', async () => {
  const directory = await folderOfRun('7f3a', await ended());
  const process_ = spawn('sh', ['-c', 'sleep 600; true', 'sh', 'run-worker', directory, '--attended']);
  try {
    await expect.poll(() => latestRun(files)).toMatchObject({ id: '7f3a', state: 'running' });
    await removeAbandoned(files);
    expect(await readdir(files.runs)).toEqual(['7f3a']);
  } finally {
    process_.kill('SIGKILL');
  }
  await expect.poll(() => latestRun(files)).toBeUndefined();
  await removeAbandoned(files);
  expect(await readdir(files.runs)).toEqual([]);
});

it('sockets of runs whose process was killed are removed, those of one that lives and of ssh stay', async () => {
  await claimRun(await folderOfRun('20260102-030405-dead', undefined), await ended());
  const self = identifyProcess(process.pid) ?? expect.fail('this process is not found');
  await claimRun(await folderOfRun('20260102-030405-beef', undefined), self);
  await mkdir(files.sockets, { recursive: true });
  for (const name of ['20260102-030405-dead', '20260102-030405-beef', '20260102-030405-none'])
    await writeFile(join(files.sockets, `${name}.sock`), '');
  await writeFile(join(files.sockets, 'm-0123456789'), '');
  await removeAbandoned(files);
  expect((await readdir(files.sockets)).toSorted()).toEqual(['20260102-030405-beef.sock', 'm-0123456789']);
});

it('a run whose process was killed right after it took the lock is there for resume, as the lock says', async () => {
  const gone = await ended();
  await folderOfRun('7f3a', gone);
  expect(await latestRun(files)).toBeUndefined();
  await writeFile(files.lock, claimText({ ...(await ownClaim(files, '7f3a')), started: gone.started }));
  expect(await unfinishedRun(files)).toMatchObject({ id: '7f3a', state: 'lost' });
  await removeAbandoned(files);
  expect(await readdir(files.runs)).toEqual(['7f3a']);
  await writeFile(files.lock, claimText(await ownClaim(files, '7f3a')));
  expect(await latestRun(files)).toMatchObject({ id: '7f3a', state: 'running' });
});
