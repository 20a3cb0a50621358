import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { documentsOf } from '../../source/app/documents.ts';
import { filesUnder } from '../../source/site/files.ts';
import { parseSite } from '../../source/site/load.ts';
import { product, siteOf } from '../plan/sample.ts';

const root = await mkdtemp(join(tmpdir(), 'kloudspot-documents-'));
const files = filesUnder(root);
const site = siteOf({ managers: 3 });
beforeAll(() => mkdir(dirname(files.site), { recursive: true }));
afterAll(() => rm(root, { recursive: true }));

it('a site.yaml that cannot be read goes aside before it is written over', async () => {
  await writeFile(files.site, 'name: [');
  const [document] = await documentsOf(site, product, files.site, files);
  expect(document).toMatchObject({ before: 'name: [', aside: `${files.site}.unreadable` });
  expect(parseSite(document?.content ?? '', files.site)).toMatchObject({ site: { name: 'berlin' } });
});

it('one that can be read is edited where it is', async () => {
  await writeFile(files.site, 'version: 1 # ours\nname: berlin\n');
  const [document] = await documentsOf(site, product, files.site, files);
  expect(document?.content).toContain('# ours');
  expect(document).not.toHaveProperty('aside');
});
