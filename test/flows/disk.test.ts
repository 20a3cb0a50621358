import { chmod, cp, mkdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { claimRun, lifeOfRun } from '../../source/engine/process/run-process.ts';
import { identifyProcess } from '../../source/host/process-identity.ts';
import { until } from './events.ts';
import { canPreload, library } from './preload.ts';
import { killAt, Rehearsal } from './program.ts';

const mayMount = process.getuid?.() === 0 && process.platform === 'linux';
const mounted: string[] = [];
afterEach(async () => {
  for (const place of mounted.splice(0)) await execa('umount', ['-l', place], { reject: false });
});

/** A small file system in the place of the root. */
async function mount(rehearsal: Rehearsal, options: string): Promise<void> {
  await mkdir(rehearsal.path(), { recursive: true });
  await execa('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', rehearsal.path()]);
  mounted.push(rehearsal.path());
}

/** What an operator needs of an error: where, why and what to do, and no word of a bug. */
function isClear({ code, stderr }: { code: number; stderr: string }, why: RegExp, rehearsal: Rehearsal): void {
  expect(stderr).toMatch(why);
  expect(stderr).toContain(rehearsal.path());
  expect(stderr).toMatch(/next: /);
  expect(stderr).not.toMatch(/a bug in the program|fault of the program|\bat .*\.(js|ts):/i);
  expect(code).not.toBe(0);
}

describe.skipIf(!mayMount)('a root on a file system of its own', () => {
  it('that is full: path, reason and way out', async () => {
    const rehearsal = await Rehearsal.begin();
    await mount(rehearsal, 'size=64k');
    isClear(await rehearsal.run('init', '--yes'), /disk is full/, rehearsal);
  });

  it('that has no file left to give: path, reason and way out, and after making room the same command works', async () => {
    const rehearsal = await Rehearsal.begin();
    await mount(rehearsal, 'size=64m,nr_inodes=12');
    isClear(await rehearsal.run('init', '--yes'), /disk is full[\s\S]*df -i/, rehearsal);
    await execa('mount', ['-o', 'remount,nr_inodes=10000', rehearsal.path()]);
    expect(await rehearsal.run('init', '--yes')).toMatchObject({ code: 0 });
  });

  it('that is read-only: path, reason and way out', async () => {
    const rehearsal = await Rehearsal.begin();
    await mount(rehearsal, 'ro');
    isClear(await rehearsal.run('init', '--yes'), /read-only/, rehearsal);
  });

  it('the process of a run that ended there is gone, and the full disk is named', async () => {
    const rehearsal = await Rehearsal.begin();
    await mount(rehearsal, 'size=64k');
    const child = execa('sleep', ['60']);
    const identity = identifyProcess(child.pid ?? 0);
    if (identity === undefined) throw new Error('sleep did not start');
    await claimRun(rehearsal.path(), identity);
    expect(await lifeOfRun(rehearsal.path())).toEqual({ life: 'alive', why: "the run's process is gone" });
    child.kill('SIGKILL');
    await child.catch(() => undefined);
    expect((await lifeOfRun(rehearsal.path())).why).toBe("the run's process is gone");
    await fill(rehearsal.path('filling'), rehearsal.path());
    expect((await lifeOfRun(rehearsal.path())).why).toContain('the disk is full');
  });

  it('that fills up in a run: the run stops, says why, and after making room resume goes on to the end', async () => {
    const rehearsal = await Rehearsal.begin('healthy', 60);
    await mount(rehearsal, 'size=24m');
    const running = rehearsal.start('init', '--yes');
    await until(rehearsal, ({ type }) => type === 'step-done');
    const filling = rehearsal.path('filling');
    await fill(filling, rehearsal.path());
    const ended = await running;
    // The simulated machines are on that disk as well: the verb itself or the run says so first.
    expect([1, 4], ended.stderr).toContain(ended.exitCode);
    expect(ended.stdout + ended.stderr).toMatch(/disk is full|ENOSPC/);
    expect(ended.stdout + ended.stderr).not.toMatch(/a bug in the program|fault of the program/i);
    await rm(filling);
    const resumed = await rehearsal.run('resume', '--yes');
    expect(resumed.stderr).toBe('');
    expect(resumed.code).toBe(0);
    const lines = await rehearsal.journal();
    expect(lines.at(-1)).toMatchObject({ type: 'run-ended', outcome: 'done' });
    await expect(stat(rehearsal.path('var/lib/kloudspot/lock'))).rejects.toThrow();
  });
});

const looking: readonly (readonly [string, ...string[]])[] = [
  ['status'],
  ['status', '--json'],
  ['preflight'],
  ['plan'],
  ['plan', '--json'],
  ['storage list'],
  ['certificates', '--json'],
  ['history'],
  ['attach'],
];

it.skipIf(!mayMount).each([
  ['full', (place: string) => fill(join(place, 'filling'), place)],
  ['read-only', async (place: string) => void (await execa('mount', ['-o', 'remount,ro', place]))],
])('what only looks works under a root that is %s by now', async (_, close) => {
  const rehearsal = await Rehearsal.built();
  const built = join(rehearsal.root, 'built');
  await rename(rehearsal.path(), built);
  await mount(rehearsal, 'size=24m');
  await cp(built, rehearsal.path(), { recursive: true });
  await close(rehearsal.path());
  for (const [verb, ...flags] of looking) {
    const { code, stdout, stderr } = await rehearsal.run(verb, ...flags);
    expect({ verb, code, stderr }).toEqual({ verb, code: 0, stderr: '' });
    if (flags.includes('--json')) expect(() => JSON.parse(stdout)).not.toThrow();
  }
});

/** Takes every free block. */
async function fill(path: string, folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  // The run takes of it as well: the rest goes in small pieces, until even the smallest finds no space.
  await writeFile(path, Buffer.alloc(bavail * bsize)).catch(() => undefined);
  for (let more = 0; more < 64; more++) await writeFile(path, Buffer.alloc(4096), { flag: 'a' }).catch(() => undefined);
}

/** As root a file of another owner is one that it may not read once it has lost that right. */
const asOther = 'setpriv --bounding-set=-dac_override,-dac_read_search "$@"';

it.skipIf(!mayMount).each(['journal.jsonl', 'run.json'])(
  'a %s that one may not read is not called damaged or unwritable',
  async (name) => {
    const rehearsal = await Rehearsal.built();
    const [run = ''] = await rehearsal.runs();
    const path = rehearsal.path('var/lib/kloudspot/runs', run, name);
    await chmod(path, 0);
    const refused = await rehearsal.inShell(asOther, 'attach');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`${path} cannot be read.`) });
    isClear(refused, /why: +You may not\. \(EACCES\)/, rehearsal);
  },
);

it('a root that was moved after a kill is gone on with where it lies now', async () => {
  const rehearsal = await Rehearsal.begin('healthy', 200);
  await killAt(rehearsal, ({ type }) => type === 'step-done');
  const away = join(rehearsal.root, 'elsewhere');
  await rename(rehearsal.path(), away);
  const resumed = await rehearsal.run('resume', '--yes', '--root', away);
  expect(resumed.stderr).toBe('');
  expect(resumed.code).toBe(0);
  await expect(stat(rehearsal.path())).rejects.toThrow();
});

it('a root whose path is too long for a socket, and a TMPDIR that is not there', async () => {
  const rehearsal = await Rehearsal.begin();
  const long = join(rehearsal.root, 'x'.repeat(120));
  const { code, stderr } = await rehearsal.runIn({ TMPDIR: '/nonexistent' }, 'init', '--yes', '--root', long);
  expect(stderr).not.toContain('✗');
  expect(code).toBe(0);
});

/** Fails every write below a folder with EIO, as a disk that dies does. */
const preload = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/uio.h>
static int broken(int fd) {
  const char *folder = getenv("BROKEN_FOLDER"), *flag = getenv("BROKEN_WHEN");
  char link[64], path[4096];
  if (!folder || (flag && access(flag, F_OK) != 0)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strncmp(path, folder, strlen(folder)) == 0;
}
#define FAIL(fd) if (broken(fd)) { errno = EIO; return -1; }
ssize_t write(int fd, const void *b, size_t n) { FAIL(fd) return ((ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write"))(fd, b, n); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { FAIL(fd) return ((ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite"))(fd, b, n, o); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { FAIL(fd) return ((ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64"))(fd, b, n, o); }
ssize_t writev(int fd, const struct iovec *v, int n) { FAIL(fd) return ((ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev"))(fd, v, n); }
int fdatasync(int fd) { FAIL(fd) return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd); }
int fsync(int fd) { FAIL(fd) return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }
`;

describe.skipIf(!canPreload)('a disk that reports errors (needs a C compiler)', () => {
  async function brokenDisk(): Promise<{ readonly environment: Record<string, string>; readonly flag: string }> {
    const { library: path, flag } = await library(preload);
    return { environment: { LD_PRELOAD: path, BROKEN_WHEN: flag }, flag };
  }

  it('from the beginning: path, reason and way out', async () => {
    const rehearsal = await Rehearsal.begin();
    const { environment, flag } = await brokenDisk();
    await writeFile(flag, '');
    const broken = { ...environment, BROKEN_FOLDER: rehearsal.path() };
    isClear(await rehearsal.runIn(broken, 'init', '--yes'), /disk reports an error/, rehearsal);
  });

  it('in a run: the run ends, and once the disk works again resume goes on to the end', async () => {
    const rehearsal = await Rehearsal.begin('healthy', 60);
    const { environment, flag } = await brokenDisk();
    const running = rehearsal.runIn({ ...environment, BROKEN_FOLDER: rehearsal.path() }, 'init', '--yes');
    await until(rehearsal, ({ type }) => type === 'step-done');
    await writeFile(flag, '');
    const ended = await running;
    expect(ended.code, ended.stdout).not.toBe(0);
    expect(ended.stdout + ended.stderr).toMatch(/disk reports an error|EIO/);
    expect(ended.stdout + ended.stderr).not.toMatch(/a bug in the program|fault of the program/i);
    await rm(flag);
    const resumed = await rehearsal.run('resume', '--yes');
    expect(resumed.stderr).toBe('');
    expect(resumed.code).toBe(0);
  });
});
