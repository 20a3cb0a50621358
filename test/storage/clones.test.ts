import { expect, test } from 'vitest';
import type { NodeFacts } from '../../source/facts/facts.ts';
import { loadProduct } from '../../source/product/load.ts';
import { clonedVolumes } from '../../source/storage/clones.ts';
import { set, withShared } from '../check/cases/case.ts';
import { device, GiB, healthyFacts, healthySite } from '../facts-fixtures.ts';

const product = await loadProduct('kloudspot');
const site = healthySite();
const facts = (change: (facts: NodeFacts) => NodeFacts) =>
  new Map(site.nodes.map(({ name }) => [name, change(healthyFacts(name))]));
const changed = (change: (facts: NodeFacts) => NodeFacts) => [...clonedVolumes(site, product, facts(change)).keys()];

test('of blank volumes with one UUID all but the first are made again', () => {
  expect(changed(set('storage', withShared({})))).toEqual(['ks-2', 'ks-3']);
});

test('one with something on it, and one that two nodes see in an array, are left alone', () => {
  expect(changed(set('storage', withShared({ fsType: 'ext4' })))).toEqual([]);
  const { disks = [], ...shared } = withShared({});
  const lun = device('sdb', 'disk', GiB, { wwn: '0x600c0ff0' });
  expect(changed(set('storage', { ...shared, disks: [...disks, lun] }))).toEqual([]);
});

test('volumes of their own are left as they are', () => {
  expect(clonedVolumes(site, product, new Map(site.nodes.map(({ name }) => [name, healthyFacts(name)]))).size).toBe(0);
});
