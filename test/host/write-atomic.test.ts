import { spawnSync } from 'node:child_process';
import { lchown, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeAtomic } from '../../source/host/write-atomic.ts';

const folder = () => mkdtemp(join(tmpdir(), 'ks-write-'));

it('follows a link of its own user', async () => {
  const place = await folder();
  await writeFile(join(place, 'real'), 'old');
  await symlink('real', join(place, 'link'));
  await writeAtomic(join(place, 'link'), 'new', 0o600);
  expect(await readFile(join(place, 'real'), 'utf8')).toBe('new');
});

it.runIf(process.getuid?.() === 0)('follows no link that another user has made, and names it', async () => {
  const place = await folder();
  const [victim, link] = [join(place, 'victim'), join(place, 'link')];
  await writeFile(victim, 'old');
  await symlink('victim', link);
  await lchown(link, 65534, 65534);
  await expect(writeAtomic(link, 'new', 0o600)).rejects.toMatchObject({
    where: link,
    message: expect.stringContaining('user id 65534'),
  });
  expect(await readFile(victim, 'utf8')).toBe('old');
});

it('removes what a writer that was killed has left, and nothing of one that lives', async () => {
  const place = await folder();
  const { pid } = spawnSync('true');
  await writeFile(join(place, `.file.${pid}.0`), 'half');
  await writeFile(join(place, `.file.${process.pid}.900`), 'under way');
  await writeFile(join(place, '.file.txt'), 'of someone else');
  await writeAtomic(join(place, 'file'), 'whole', 0o600);
  expect((await readdir(place)).toSorted()).toEqual([`.file.${process.pid}.900`, '.file.txt', 'file'].toSorted());
});

it('names the file itself in an error, not the temporary one beside it', async () => {
  const place = await folder();
  await mkdir(join(place, 'taken'));
  const path = join(place, 'taken');
  await expect(writeAtomic(path, 'new', 0o600)).rejects.toMatchObject({ code: 'EISDIR', path });
});
