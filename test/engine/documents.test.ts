import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readOrigin } from '../../source/engine/process/origin.ts';
import { storeDocuments, writeDocuments } from '../../source/engine/worker/documents.ts';

const folder = await mkdtemp(join(tmpdir(), 'ks-documents-'));
afterAll(() => rm(folder, { recursive: true }));

it('writes the documents of a run once, each with its mode, and keeps a text aside', async () => {
  const [site, values] = [join(folder, 'site.yaml'), join(folder, 'values.yaml')];
  await writeFile(site, '{ torn');
  await storeDocuments(folder, [
    { path: site, content: 'after', mode: 0o644, aside: `${site}.unreadable` },
    { path: values, content: 'secret', mode: 0o600 },
  ]);
  expect(await readFile(site, 'utf8')).toBe('{ torn');
  expect((await stat(join(folder, 'documents.json'))).mode & 0o777).toBe(0o600);
  await writeDocuments(folder);
  expect(await readFile(site, 'utf8')).toBe('after');
  expect(await readFile(`${site}.unreadable`, 'utf8')).toBe('{ torn');
  expect((await stat(values)).mode & 0o777).toBe(0o600);
  await writeFile(site, 'edited by hand');
  await writeDocuments(folder);
  expect(await readFile(site, 'utf8')).toBe('edited by hand');
  expect((await readdir(folder)).toSorted()).toEqual(['site.yaml', 'site.yaml.unreadable', 'values.yaml']);
});

it.each([
  ['empty', ''],
  ['torn', '{"version":1,"ro'],
  ['of another shape', '[]'],
])('a run.json that is %s is a fault that names the file', async (_, text) => {
  await writeFile(join(folder, 'run.json'), text);
  await expect(readOrigin(folder)).rejects.toMatchObject({
    name: 'Fault',
    where: join(folder, 'run.json'),
    why: 'The file is damaged.',
  });
});
