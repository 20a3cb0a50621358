import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journalLines } from '../../source/engine/journal/journal.ts';
import { asFileFault } from '../../source/host/file-fault.ts';
import { textIfPresent, textUpTo } from '../../source/host/read-text.ts';
import { textNow } from '../../source/host/read-text-now.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ks-read-'));
});
afterEach(() => rm(folder, { recursive: true }));

const readers: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ['read', textIfPresent],
  ['read at once', async (path) => textNow(path)],
];

describe.each(readers)('in the place of a file of ours that is %s', (_, read) => {
  it.each<[string, (path: string) => Promise<unknown>, string | undefined]>([
    ['a pipe that no one writes into', (path) => execa('mkfifo', [path]), 'It is a pipe.'],
    ['a device that never ends', (path) => symlink('/dev/zero', path), 'It is a device.'],
    ['a folder', (path) => mkdir(path), 'A folder is where a file is expected. (EISDIR)'],
    ['a circle of links', (path) => symlink(path, path), 'Symbolic links form a loop. (ELOOP)'],
    [
      'more than any of them has',
      (path) => writeFile(path, '').then(() => truncate(path, 2 ** 30)),
      'It has more than 256 MiB.',
    ],
  ])('%s is told, and not waited for', async (_kind, make, why) => {
    const path = join(folder, 'one');
    await make(path);
    const said = await read(path).catch(asFileFault);
    expect(said).toMatchObject({ why, where: path });
  });

  it('nothing is nothing', async () => expect(await read(join(folder, 'none'))).toBeUndefined());
});

it('a journal that is a pipe is told, and not waited for', async () => {
  const path = join(folder, 'journal.jsonl');
  await execa('mkfifo', [path]);
  await expect(journalLines(folder, 0).next()).rejects.toMatchObject({ why: 'It is a pipe.' });
});

it('a site file may come through a pipe of the shell; a pipe with a name of its own is refused with the way in', async () => {
  const path = join(folder, 'site.yaml');
  await execa('mkfifo', [path]);
  await expect(textUpTo(path, 100, '--site')).rejects.toMatchObject({
    why: 'It is a named pipe.',
    next: [expect.stringContaining(`< ${path}`)],
  });
});

it.each([
  ['Latin-1', Buffer.from('name: lab\nx-note: café\n', 'latin1'), 'Line 2'],
  ['UTF-16', Buffer.from('\ufeffname: lab\n', 'utf16le'), 'Line 1'],
])('a site file in %s is refused with the line: written again, its bytes would be lost', async (_, bytes, line) => {
  const path = join(folder, 'site.yaml');
  await writeFile(path, bytes);
  await expect(textUpTo(path, 100, '--site')).rejects.toMatchObject({
    message: `${path} is not UTF-8 text.`,
    why: expect.stringContaining(line),
  });
});
