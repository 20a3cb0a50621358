import { expect, it } from 'vitest';
import { siteToBuild, withSeenGroups } from '../../source/app/seen-storage.ts';
import { storageWords } from '../../source/app/storage-words.ts';
import { storageWish } from '../../source/wizard/draft/storage-wish.ts';
import { facts, product, siteOf, wholeDraft } from '../ui/sample.ts';

/** Nodes whose installer called the group otherwise. */
const seen = new Map(
  [21, 22, 23].map((last, index) => {
    const node = facts(`ks-${index + 1}`, `10.0.4.${last}`);
    const storage = node.storage && {
      ...node.storage,
      volumeGroups: node.storage.volumeGroups.map((group) => ({ ...group, name: 'vg_data' })),
    };
    return [node.node, { ...node, ...(storage && { storage }) }];
  }),
);
const machine = { now: () => 0, file: () => ({ problem: 'not there' }) };

it('without an answer both ways take the group that the nodes have', () => {
  const site = withSeenGroups({ site: siteOf(wholeDraft), draft: wholeDraft, product, facts: seen });
  const pages = storageWish({ draft: wholeDraft, product, facts: seen, machine }).storage;
  expect(site.storage.unshared.volumeGroup).toBe('vg_data');
  expect(site.storage.unshared.volumeGroup).toBe(pages.unshared.volumeGroup);
  expect(site.storage.shared.volumeGroup).toBe(pages.shared.volumeGroup);
});

it('an answer stays', () => {
  const draft = {
    ...wholeDraft,
    storage: { unshared: { volumeGroup: 'ubuntu-vg' }, shared: { volumeGroup: 'other' } },
  };
  const site = withSeenGroups({ site: siteOf(draft), draft, product, facts: seen });
  expect(site.storage.unshared.volumeGroup).toBe('ubuntu-vg');
  expect(site.storage.shared.volumeGroup).toBe('other');
});

it('says group, available, required and the verdict as the Storage page does', () => {
  const words = storageWords({ draft: wholeDraft, product, facts: seen }).map(({ text }) => text);
  expect(words[0]).toMatch(/^Using vg_data for unshared volumes\. Available: Shared .*Required: Shared .*, Unshared /);
  expect(words[1]).toMatch(/^It fits\./);
});

it('is what preflight, plan and apply take too, until a cluster is there', () => {
  const opened = { site: siteOf(wholeDraft), product, draft: () => wholeDraft };
  const living = { facts: seen, cluster: undefined, standing: undefined };
  expect(siteToBuild(opened, living).storage).toEqual(
    withSeenGroups({ site: opened.site, draft: wholeDraft, product, facts: seen }).storage,
  );
  const none = { nodes: [], members: [], locals: [], pools: [], copies: [], givenAddresses: [] };
  const cluster = { through: 'ks-1', site: undefined, ...none };
  expect(siteToBuild(opened, { ...living, cluster })).toBe(opened.site);
});
