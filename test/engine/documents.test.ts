import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readOrigin } from '../../source/engine/process/origin.ts';
import { restoreDocuments, storeDocuments, writeDocuments } from '../../source/engine/worker/documents.ts';

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
  expect((await readdir(folder)).toSorted()).toEqual([
    'documents-written.json',
    'site.yaml',
    'site.yaml.unreadable',
    'values.yaml',
  ]);
});

it('puts back what stood there, unless someone has changed it since, and a later process writes them again', async () => {
  const own = await mkdtemp(join(folder, 'restored-'));
  const [site, values, fresh] = ['site.yaml', 'values.yaml', 'fresh.yaml'].map((name) => join(own, name));
  if (!site || !values || !fresh) return;
  await writeFile(site, 'before');
  await writeFile(values, 'values before');
  const document = (path: string) => ({ path, content: 'after', mode: 0o600 });
  await storeDocuments(own, [document(site), document(values), document(fresh)]);
  await writeDocuments(own);
  await writeFile(values, 'edited by hand');
  expect(await restoreDocuments(own)).toEqual([site]);
  const texts = await Promise.all([site, values, fresh].map((path) => readFile(path, 'utf8')));
  expect(texts).toEqual(['before', 'edited by hand', 'after']);
  expect(await restoreDocuments(own)).toEqual([]);
  await writeDocuments(own);
  expect(await readFile(site, 'utf8')).toBe('after');
});

it('goes on where a kill has left it, and neither loses what stood there nor moves its own text aside', async () => {
  const own = await mkdtemp(join(folder, 'killed-'));
  const [site = '', values = ''] = ['site.yaml', 'values.yaml'].map((name) => join(own, name));
  const documents = [
    { path: site, content: 'after', mode: 0o644, aside: `${site}.unreadable` },
    { path: values, content: 'values after', mode: 0o600 },
  ];
  await writeFile(site, '{ torn');
  await writeFile(values, 'values before');
  await storeDocuments(own, documents);
  await writeDocuments(own);
  // Killed before the last thing it does.
  await storeDocuments(own, documents);
  await writeDocuments(own);
  expect(await readFile(`${site}.unreadable`, 'utf8')).toBe('{ torn');
  await expect(readFile(`${site}.unreadable.2`)).rejects.toThrow();
  // Killed between moving it aside and writing it.
  await rm(site);
  await storeDocuments(own, documents);
  await writeDocuments(own);
  expect(await readFile(site, 'utf8')).toBe('after');
  expect(await restoreDocuments(own)).toContain(values);
  expect(await readFile(values, 'utf8')).toBe('values before');
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
