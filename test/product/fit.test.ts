import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSiteWithProduct } from '../../source/product/fit.ts';
import { InvalidFile } from '../../source/site/reading/invalid-file.ts';
import { berlin } from '../site/a-site.ts';

const folder = mkdtempSync(join(tmpdir(), 'fit-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(more: string): string {
  const file = join(folder, 'site.yaml');
  writeFileSync(file, berlin.replace('customer:', `${more}\ncustomer:`));
  return file;
}

describe('a site with its product', () => {
  it('loads both', async () => {
    const loaded = await loadSiteWithProduct(written('features: [kloudInsights]\nstorage: {volumes: {kafka: 3}}'));
    expect(loaded.product.id).toBe('kloudspot');
    expect(loaded.site.storage.volumes).toEqual({ kafka: 3 });
  });

  it('finds a product file from the folder of the site file', async () => {
    const fixture = relative(folder, join(import.meta.dirname, 'fixtures/zenko-like.yaml'));
    expect((await loadSiteWithProduct(written(`product: ${fixture}`))).product.id).toBe('zenko-like');
  });

  it('tells every feature and volume that the product does not have, with its place', async () => {
    const file = written('features: [kloudInsights, kloudInsight]\nstorage: {volumes: {kafka: 3, redis: 3}}');
    const fault = await loadSiteWithProduct(file).catch((error: unknown) => error);
    expect(fault instanceof InvalidFile && fault.why?.split('\n')).toEqual([
      'line 27, column 27: features.1: Kloudspot has no feature "kloudInsight"; did you mean kloudInsights?',
      'line 28, column 31: storage.volumes.redis: Kloudspot has no volume "redis"; known: streamElasticsearch, streamState, ' +
        'insightsDatabase, kafka, zookeeper, manageDatabase',
    ]);
  });
});
