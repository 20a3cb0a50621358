import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../source/errors/fault.ts';
import { asFileFault, asOutputFault } from '../../source/host/file-fault.ts';
import { makeFolder } from '../../source/host/make-folder.ts';
import { writeAtomic } from '../../source/host/write-atomic.ts';

const mayMount = process.getuid?.() === 0 && process.platform === 'linux';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kloudspot-disk-'));
});
afterEach(async () => {
  await execa('umount', [folder], { reject: false });
  await rm(folder, { recursive: true, force: true });
});

const whatHappens = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => asFileFault(error),
  );

describe.skipIf(!mayMount)('a real file system', () => {
  it('that is full: path, reason and way out', async () => {
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]);
    const fault = await whatHappens(writeAtomic(join(folder, 'site.yaml'), 'x'.repeat(100_000), 0o600));
    expect(fault).toMatchObject({
      why: 'The disk is full. (ENOSPC)',
      exitCode: 1,
      next: [expect.stringMatching(/Make room/)],
    });
  });

  it('that is read-only, also where the folder is to be made', async () => {
    await execa('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', folder]);
    const fault = await whatHappens((async () => makeFolder(join(folder, 'var/lib/kloudspot')))());
    expect(fault).toMatchObject({ why: 'The file system is read-only. (EROFS)' });
    expect(await whatHappens(writeAtomic(join(folder, 'a'), '', 0o600))).toMatchObject({
      why: expect.stringMatching(/EROFS/),
    });
  });
});

it('says when a part of the path is a file', async () => {
  await writeFile(join(folder, 'file'), '');
  const fault = await whatHappens(writeAtomic(join(folder, 'file/site.yaml'), '', 0o600));
  expect(fault).toBeInstanceOf(Fault);
  expect(fault).toMatchObject({ why: expect.stringMatching(/where a folder is expected/) });
});

it('says when a folder is a link that leads nowhere', async () => {
  await symlink(join(folder, 'gone'), join(folder, 'link'));
  expect(await whatHappens((async () => makeFolder(join(folder, 'link')))())).toMatchObject({
    message: `${join(folder, 'link')} cannot be written.`,
    why: `It is a symbolic link to ${join(folder, 'gone')}, which does not exist. (EEXIST)`,
    next: [expect.stringMatching(/^Create that folder/)],
  });
});

it.skipIf(process.platform !== 'linux')(
  'a folder that cannot be made in /proc is refused: Node tries for ever',
  async () => {
    expect(await whatHappens(writeAtomic('/proc/kloudspot/var/site.yaml', '', 0o600))).toMatchObject({
      message: '/proc/kloudspot cannot be written.',
      why: 'No such file or folder. (ENOENT)',
    });
  },
);

it('makes every folder that is missing with the mode, leaves those that are there, and goes through links', async () => {
  await mkdir(join(folder, 'there'), { mode: 0o755 });
  await symlink('there', join(folder, 'link'));
  makeFolder(join(folder, 'link/a/b'), 0o700);
  makeFolder(join(folder, 'link/a/b'), 0o755);
  const modes = await Promise.all(['there', 'there/a', 'there/a/b'].map((each) => stat(join(folder, each))));
  expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(['755', '700', '700']);
});

it('of a file that --output names the way out is another name for it', async () => {
  const write = await writeAtomic(folder, '', 0o600).catch((error: unknown) => error);
  expect(asOutputFault(write)).toMatchObject({
    why: 'A folder is where a file is expected. (EISDIR)',
    next: ['Move that folder away, or give another file: --output FILE'],
  });
});

it('says when a folder is in the place of a file', async () => {
  expect(await whatHappens(readFile(folder))).toMatchObject({
    message: `${folder} cannot be read.`,
    why: 'A folder is where a file is expected. (EISDIR)',
  });
});

it("has the system's own words for a code that is seldom, but not for a program that cannot be started", () => {
  const stale = Object.assign(new Error('ESTALE: stale file handle, write'), { code: 'ESTALE', syscall: 'write' });
  expect(asFileFault(Object.assign(stale, { path: '/mnt/lock' }))).toMatchObject({
    where: '/mnt/lock',
    why: 'The system says: ESTALE: stale file handle, write (ESTALE)',
  });
  const missing = Object.assign(new Error('spawn ssh EAGAIN'), { code: 'EAGAIN', syscall: 'spawn ssh', path: 'ssh' });
  expect(asFileFault(missing)).toBe(missing);
});

it('leaves every other error as it is', () => {
  const bug = new TypeError('x is not a function');
  expect(asFileFault(bug)).toBe(bug);
});
