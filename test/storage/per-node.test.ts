import { expect, test } from 'vitest';
import { loadProduct } from '../../source/product/load.ts';
import type { SiteNode } from '../../source/site/schema.ts';
import { estimateStorage } from '../../source/storage/estimate.ts';
import { GiB, healthyFacts, healthyNode, healthySite, healthyStorage } from '../facts-fixtures.ts';

const product = await loadProduct('kloudspot');

/** A node whose one group has another name, and so much free. */
function factsOf(node: string, group: string, freeGiB: number) {
  const storage = healthyStorage();
  const volumeGroups = storage.volumeGroups.map((each) => ({ ...each, name: group, freeBytes: freeGiB * GiB }));
  return healthyFacts(node, { storage: { ...storage, volumeGroups, logicalVolumes: [] } });
}

const differing = [factsOf('ks-1', 'ubuntu-vg', 500), factsOf('ks-2', 'vg_data', 400), factsOf('ks-3', 'data', 300)];
const estimate = (own: Readonly<Record<string, SiteNode['storage']>> = {}, facts = differing) => {
  const nodes = ['ks-1', 'ks-2', 'ks-3'].map((name) => ({ ...healthyNode(name), storage: own[name] }));
  return estimateStorage({ ...healthySite(), features: ['kloudInsights'], nodes }, product, facts);
};
const inGroup = (volumeGroup: string) => ({ unshared: { volumeGroup }, shared: { volumeGroup } });

test('groups that differ by name have one remedy for the site, and no feature is blamed', () => {
  const { nodes, verdict } = estimate();
  expect(verdict).toBe('short');
  const site = nodes.flatMap(({ remedies }) => remedies.filter(({ scope }) => scope === 'site'));
  expect(new Set(site.map(({ text }) => text))).toEqual(
    new Set([
      "Name each node's own volume group in site.yaml, nodes[].storage: vg_data (400 GB free) on ks-2, data (300 GB free) on ks-3.",
    ]),
  );
  expect(site.every(({ enough }) => enough)).toBe(true);
});

test('what that remedy says makes the site fit', () => {
  const { verdict, nodes } = estimate({ 'ks-2': inGroup('vg_data'), 'ks-3': inGroup('data') });
  expect(verdict).toBe('ok');
  expect(nodes.map(({ room }) => room?.groups.map(({ name }) => name))).toEqual([['ubuntu-vg'], ['vg_data'], ['data']]);
});

test('a size that is reduced fits on the smallest node too', () => {
  const facts = [factsOf('ks-1', 'ubuntu-vg', 90), factsOf('ks-2', 'ubuntu-vg', 85), factsOf('ks-3', 'ubuntu-vg', 80)];
  const own = { 'ks-3': { reserve: 40 } };
  const short = estimate(own, facts).nodes.filter(({ verdict }) => verdict === 'short');
  // 5 % of 928 GB stay free: 41 are wanted of 43.6, 38.6 and, with its own reserve, 40.
  expect(short.map(({ node }) => node)).toEqual(['ks-2', 'ks-3']);
  const texts = short.map(({ remedies }) => remedies[0]?.text);
  expect(texts).toEqual(Array(2).fill('Reduce Kloudinsights database from 10 to 7 GB.'));
});

test('the reserve is what the site says, and what the node says before that', () => {
  const facts = [factsOf('ks-1', 'ubuntu-vg', 60), factsOf('ks-2', 'ubuntu-vg', 60), factsOf('ks-3', 'ubuntu-vg', 60)];
  const [one, two] = [healthyNode('ks-1', { storage: { reserve: 0 } }), healthyNode('ks-2')];
  const site = { ...healthySite(), features: ['kloudInsights'] };
  const wish = { ...site, nodes: [one, two] };
  const judged = estimateStorage({ ...wish, storage: { ...site.storage, reserve: 15 } }, product, facts);
  expect(judged.nodes.map(({ room }) => room?.groups[0]?.reserveBytes)).toEqual([0, 15 * GiB]);
});
