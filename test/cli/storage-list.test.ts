import { expect, test } from 'vitest';
import { listLines } from '../../source/cli/verbs/storage-list.ts';
import type { StorageFacts } from '../../source/facts/facts.ts';
import { loadProduct } from '../../source/product/load.ts';
import type { SiteNode } from '../../source/site/schema.ts';
import { defined } from '../../source/text/defined.ts';
import {
  device,
  GiB,
  healthyFacts,
  healthyFactsOf,
  healthyNode,
  healthySite,
  healthyStorage,
} from '../facts-fixtures.ts';

const site = healthySite();
const product = await loadProduct('kloudspot');
const listed = { kind: 'site' as const, name: site.name, unreached: new Map(), wish: site, product };

test('storage list tells of every group and disk whether it can be used', () => {
  const lines = listLines({
    ...listed,
    facts: healthyFactsOf(site),
    unreached: new Map([['ks-9', 'no route']]),
    nodes: [...site.nodes, healthyNode('ks-9')],
  });
  expect(lines[0]).toBe('Storage of site berlin');
  const first = lines.slice(lines.indexOf('ks-1'), lines.indexOf('ks-2'));
  expect(first.find((each) => /^ +ubuntu-vg .*GB/.test(each))).toMatch(/ yes$/);
  expect(first.find((each) => /^ +sda /.test(each))).toMatch(/SSD, sata.*no: has partitions/);
  expect(first.find((each) => /^ +sda3 +\S+ +partition/.test(each))).toMatch(/in Volume Group/);
  expect(lines.slice(-2)).toEqual(['ks-9', '  not seen: no route']);
});

/** The rows about the pool of one node. */
function poolOf(storage: StorageFacts, own?: SiteNode['storage']): string[] {
  const node = { ...healthyNode('ks-1'), ...defined({ storage: own }) };
  const facts = new Map([['ks-1', healthyFacts('ks-1', { storage })]]);
  const lines = listLines({ ...listed, nodes: [node], facts }).map((line) => line.trim().replaceAll(/ +/g, ' '));
  return lines.slice(lines.findIndex((line) => line.startsWith('For shared volumes')) + 1);
}

test('a broken group stays the default where the site names it, and no other is called so', () => {
  const whole = healthyStorage();
  const [group] = whole.volumeGroups;
  if (!group) throw new Error('the fixture has a group');
  const lost = { ...group, missingPhysicalVolumes: 1 };
  const rows = poolOf({ ...whole, volumeGroups: [lost, { ...group, name: 'data', uuid: 'other' }] });
  expect(rows[0]).toBe('data 782.1G free space yes: a new logical volume, beside the reserve');
  expect(rows).toContain('ubuntu-vg 782.1G free space no: ubuntu-vg is missing 1 physical volume. (default)');
});

test('the default is what the node names for itself', () => {
  const whole = healthyStorage();
  const storage = { ...whole, disks: [...whole.disks, device('sdb', 'disk', 500 * GiB, { wwn: '0x5001' })] };
  const byName = { device: '/dev/disk/by-id/wwn-0x5001' };
  const defaults = poolOf(storage, { shared: byName }).filter((row) => row.endsWith('(default)'));
  expect(defaults).toEqual(['/dev/sdb 500G disk yes: blank (default)']);
});

test('a group with less free space than any volume has is full', () => {
  const whole = healthyStorage();
  const volumeGroups = whole.volumeGroups.map((group) => ({ ...group, freeBytes: 10 * 2 ** 20 }));
  const facts = new Map([['ks-1', healthyFacts('ks-1', { storage: { ...whole, volumeGroups } })]]);
  const lines = listLines({ ...listed, nodes: [healthyNode('ks-1')], facts });
  expect(lines.find((line) => /^ +ubuntu-vg /.test(line))).toMatch(/0\.0 GB +no: it is full$/);
});

test('it says what could carry the pool, and which of it is the default', () => {
  const facts = healthyFactsOf(site);
  const [node] = site.nodes;
  const seen = node && facts.get(node.name);
  if (!node || !seen?.storage) throw new Error('the fixture has nodes');
  const disks = [
    ...seen.storage.disks,
    device('sdb', 'disk', 500 * GiB, { model: 'INTEL', serial: 'S1', transport: 'sata' }),
    device('sdc', 'disk', 10 * GiB),
    device('sdd', 'disk', 500 * GiB, { children: [device('mpatha', 'mpath', 500 * GiB)] }),
  ];
  const shown = {
    ...listed,
    nodes: [node],
    facts: new Map([[node.name, { ...seen, storage: { ...seen.storage, disks } }]]),
  };
  const lines = listLines(shown);
  const pool = lines
    .slice(lines.findIndex((line) => line.startsWith('  For shared volumes')))
    .map((line) => line.replaceAll(/ +/g, ' '));
  expect(pool[1]).toBe(' ubuntu-vg 782.1G free space yes: a new logical volume, beside the reserve (default)');
  expect(pool).toContain(' /dev/sdb 500G disk yes: blank');
  expect(pool).toContain(' /dev/sdc 10G disk no: too small: 10 GB of 27 GB');
  expect(pool).toContain(' /dev/sdd 500G disk no: part of a multipath device');
  expect(Math.max(...listLines(shown, 80).map((line) => line.length))).toBeLessThanOrEqual(80);
});
