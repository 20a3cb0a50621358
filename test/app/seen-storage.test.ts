import { expect, it } from 'vitest';
import { siteToBuild, withSeenGroups } from '../../source/app/seen-storage.ts';
import { storageWords } from '../../source/app/storage-words.ts';
import type { NodeFacts } from '../../source/facts/facts.ts';
import type { SiteDraft } from '../../source/site/schema.ts';
import { estimateStorage } from '../../source/storage/estimate.ts';
import { setAt } from '../../source/wizard/draft/draft.ts';
import { storageWish } from '../../source/wizard/draft/storage-wish.ts';
import { placedNodes } from '../../source/wizard/pages/node-places.ts';
import { settle } from '../../source/wizard/pages.ts';
import { GiB } from '../facts-fixtures.ts';
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
/** The same, but that ks-2 has Ubuntu's own group. */
const unlike = new Map([...seen].map(([name, node]) => [name, name === 'ks-2' ? facts('ks-2', '10.0.4.22') : node]));
const blankDisk = {
  ...{ name: 'sdz', path: '/dev/sdz', type: 'disk', sizeBytes: 400 * GiB, rotational: false, removable: false },
  ...{ readOnly: false, mountPoints: [], children: [] },
};
const machine = { now: () => 0, file: () => ({ problem: 'not there' }) };

it('without an answer both ways take the group that the nodes have', () => {
  const site = withSeenGroups({ site: siteOf(wholeDraft), draft: wholeDraft, product, facts: seen });
  const pages = storageWish({ draft: wholeDraft, product, facts: seen, machine }).storage;
  expect(site.storage.unshared.volumeGroup).toBe('vg_data');
  expect(site.storage.unshared.volumeGroup).toBe(pages.unshared.volumeGroup);
  expect(site.storage.shared.volumeGroup).toBe(pages.shared.volumeGroup);
});

it('a node whose only group has another name gets that, as the page has it', () => {
  const site = withSeenGroups({ site: siteOf(wholeDraft), draft: wholeDraft, product, facts: unlike });
  const settled = siteOf(settle({ draft: wholeDraft, product, facts: unlike, machine }));
  expect(site.nodes.map(({ storage }) => storage)).toEqual([
    undefined,
    { unshared: { volumeGroup: 'ubuntu-vg' }, shared: { volumeGroup: 'ubuntu-vg' } },
    undefined,
  ]);
  expect(site.nodes).toEqual(settled.nodes);
  const words = wordsOf(wholeDraft, unlike);
  expect(words[0]).toMatch(/^Using vg_data \(ks-2: ubuntu-vg\) for unshared volumes\./);
  expect(words[1]).toMatch(/^It fits\./);
});

it('the only group of a node is the one that is told to be too small for the pool', () => {
  const ks2 = unlike.get('ks-2');
  const small: NodeFacts[] = ks2?.storage
    ? [
        {
          ...ks2,
          storage: {
            ...ks2.storage,
            volumeGroups: ks2.storage.volumeGroups.map((group) => ({ ...group, freeBytes: 20 * GiB })),
          },
        },
      ]
    : [];
  const nodes = new Map([...unlike, ...small.map((node) => [node.node, node] as const)]);
  const site = withSeenGroups({ site: siteOf(wholeDraft), draft: wholeDraft, product, facts: nodes });
  expect(site.nodes[1]?.storage?.shared).toEqual({ volumeGroup: 'ubuntu-vg' });
  const [told] = estimateStorage({ ...site, nodes: site.nodes }, product, [...nodes.values()]).nodes.slice(1);
  expect(told?.reason).toMatch(/^A shared pool on ubuntu-vg holds .* short/);
  expect(told?.remedies.map(({ text }) => text).join(' ')).toMatch(/vgextend ubuntu-vg/);
});

it('what a node says for itself stays, and a disk is not taken unless it is named', () => {
  const blank = (node: NodeFacts): NodeFacts => ({
    ...node,
    ...(node.storage && {
      storage: {
        ...node.storage,
        volumeGroups: node.storage.volumeGroups.map((group) => ({ ...group, freeBytes: 20 * GiB })),
        disks: [...node.storage.disks, blankDisk],
      },
    }),
  });
  const own = setAt(wholeDraft, ['nodes', 0, 'storage'], { unshared: { volumeGroup: 'other' } });
  const full = new Map([...seen].map(([name, node]) => [name, blank(node)]));
  const page = placedNodes({ draft: own, product, facts: full, machine });
  expect(page.map(({ storage }) => storage?.shared?.device)).toContain('/dev/sdz');
  const site = withSeenGroups({ site: siteOf(own), draft: own, product, facts: full });
  expect(site.nodes.map(({ storage }) => storage)).toEqual([
    { unshared: { volumeGroup: 'other' } },
    undefined,
    undefined,
  ]);
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

const wordsOf = (draft: SiteDraft, nodes: ReadonlyMap<string, NodeFacts>): string[] => {
  const written = { draft, product, facts: nodes };
  return storageWords({ ...written, site: withSeenGroups({ ...written, site: siteOf(draft) }) }).map(
    ({ text }) => text,
  );
};

it.each([
  [
    'a group that the site names and no node has',
    setAt(wholeDraft, ['storage', 'unshared', 'volumeGroup'], 'nosuch'),
    seen,
  ],
  [
    'a node without the group that the site names',
    setAt(wholeDraft, ['storage', 'unshared', 'volumeGroup'], 'vg_data'),
    unlike,
  ],
] as const)('does not say that it fits where preflight refuses it: %s', (_, draft, nodes) => {
  const words = wordsOf(draft, nodes).join('\n');
  expect(words).toMatch(/ks-2\b.*: The volume group \S+ does not exist/);
  expect(words).not.toContain('It fits');
});

it('says group, available, required and the verdict as the Storage page does', () => {
  const words = wordsOf(wholeDraft, seen);
  expect(words[0]).toMatch(/^Using vg_data for unshared volumes\. Available: Shared .*Required: Shared .*, Unshared /);
  expect(words[1]).toMatch(/^It fits\./);
});

it('is what preflight, plan and apply take too, until a cluster is there', () => {
  const opened = { site: siteOf(wholeDraft), product, draft: () => wholeDraft };
  const living = { facts: seen, cluster: undefined, standing: undefined };
  expect(siteToBuild(opened, living).storage).toEqual(
    withSeenGroups({ site: opened.site, draft: wholeDraft, product, facts: seen }).storage,
  );
  const none = {
    nodes: [],
    members: [],
    locals: [],
    pools: [],
    copies: [],
    givenAddresses: [],
    named: new Set<string>(),
  };
  const cluster = { through: 'ks-1', site: undefined, ...none };
  expect(siteToBuild(opened, { ...living, cluster })).toBe(opened.site);
});
