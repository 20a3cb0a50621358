import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepInDraft, keepInSite } from '../../source/app/keep-sizing.ts';
import { loadProduct } from '../../source/product/load.ts';
import { type Files, filesUnder } from '../../source/site/files.ts';
import { loadDraft, saveDraft, siteText } from '../../source/site/save.ts';
import type { StorageWish } from '../../source/storage/volumes.ts';
import { healthySite } from '../facts-fixtures.ts';

const product = await loadProduct('kloudspot');
const site = healthySite({ features: ['kloudInsights'] });
const wish: StorageWish = {
  features: ['kloudhybrid'],
  storage: { ...site.storage, volumes: { insightsDatabase: 25 }, workload: { devices: 9000 } },
};

let root = '';
let files: Files;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ks-sizing-'));
  files = filesUnder(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('what was answered to storage estimate', () => {
  test('without a site is in the draft that init continues', async () => {
    await expect(keepInDraft(files, product, wish)).resolves.toEqual({ path: files.draft, kind: 'draft' });
    expect((await loadDraft(files))?.draft).toMatchObject({
      product: 'kloudspot',
      features: ['kloudhybrid'],
      storage: { volumes: { insightsDatabase: 25 }, workload: { devices: 9000 } },
    });
  });

  test('leaves the other answers of a draft as they are, and takes away a size that is not wanted any more', async () => {
    await saveDraft(files, {
      version: 1,
      name: 'berlin',
      features: ['kloudInsights'],
      storage: { reserve: 7, volumes: { kafka: 99 } },
    });
    await keepInDraft(files, product, { ...wish, storage: { ...wish.storage, volumes: {} } });
    const draft = (await loadDraft(files))?.draft;
    expect(draft).toMatchObject({ name: 'berlin', features: ['kloudhybrid'], storage: { reserve: 7 } });
    expect(JSON.stringify(draft)).not.toContain('kafka');
  });

  test('with a site is in its file, comments kept', async () => {
    const path = join(root, 'site.yaml');
    await writeFile(path, siteText(site).replace('name: berlin', 'name: berlin # ours'));
    await keepInSite(path, site, wish);
    const text = await readFile(path, 'utf8');
    expect(text).toContain('# ours');
    expect(text).toContain('insightsDatabase: 25');
    expect(text).toContain('- kloudhybrid');
  });

  test('that the site does not allow is refused, and the file stays', async () => {
    const path = join(root, 'site.yaml');
    await writeFile(path, siteText(site));
    const before = await readFile(path, 'utf8');
    const wrong = { ...wish, storage: { ...wish.storage, volumes: { insightsDatabase: -1 } } };
    await expect(keepInSite(path, site, wrong)).rejects.toThrow(/invalid/);
    expect(await readFile(path, 'utf8')).toBe(before);
  });
});
