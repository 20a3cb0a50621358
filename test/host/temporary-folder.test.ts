import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { socketFolder } from '../../source/host/ssh/socket-folder.ts';
import { temporaryFolder } from '../../source/host/temporary-folder.ts';

const before = process.env['TMPDIR'];
const made: string[] = [];
afterEach(async () => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function kept(folder: Promise<string>): Promise<string> {
  made.push(await folder);
  return folder;
}

it.each([
  ['does not exist', async () => '/nonexistent/tmp'],
  ['is a file', async () => '/etc/hostname'],
  [
    'leads to a path that is too long for a socket',
    async () => join(await kept(mkdtemp(join(tmpdir(), 'ks-t-'))), 'x'.repeat(90)),
  ],
])('a TMPDIR that %s is passed over for /tmp', async (_, place) => {
  process.env['TMPDIR'] = await place();
  const folder = await kept(socketFolder(`/${'x'.repeat(120)}`));
  expect(folder).toMatch(/^\/tmp\/ks-/);
  expect((await stat(folder)).mode & 0o077).toBe(0);
});

it('says what was tried when there is no place at all', async () => {
  process.env['TMPDIR'] = '/nonexistent/tmp';
  await expect(temporaryFolder(5)).rejects.toMatchObject({
    where: '/nonexistent/tmp',
    why: expect.stringContaining('/tmp: the path is too long'),
    next: [expect.stringContaining('TMPDIR=')],
  });
});

it('a TMPDIR in which this user may make nothing is passed over', async () => {
  const closed = await kept(mkdtemp(join(tmpdir(), 'ks-t-')));
  await chmod(closed, 0o500);
  // Modes do not bind root: /proc takes no folder from anyone.
  process.env['TMPDIR'] = process.getuid?.() === 0 ? '/proc' : closed;
  expect(await kept(temporaryFolder())).toMatch(/^\/tmp\/ks-/);
});
