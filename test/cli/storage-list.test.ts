import { expect, test } from 'vitest';
import { listLines } from '../../source/cli/verbs/storage-list.ts';
import { healthyFactsOf, healthyNode, healthySite } from '../facts-fixtures.ts';

const site = healthySite();

test('storage list tells of every group and disk whether it can be used', () => {
  const lines = listLines({
    kind: 'site',
    name: site.name,
    facts: healthyFactsOf(site),
    unreached: new Map([['ks-9', 'no route']]),
    nodes: [...site.nodes, healthyNode('ks-9')],
  });
  expect(lines[0]).toBe('Storage of site berlin');
  expect(lines.find((each) => /^ks-1 +group/.test(each))).toMatch(/ubuntu-vg .* yes$/);
  expect(lines.find((each) => /^ks-1 +disk/.test(each))).toMatch(/\/dev\/sda .*SSD, sata.*no: has partitions$/);
  expect(lines.find((each) => /^ks-1 +partition +\/dev\/sda3/.test(each.replace(/ +/g, ' ')))).toMatch(
    /in Volume Group/,
  );
  expect(lines.at(-1)).toMatch(/^ks-9 .*not seen: no route$/);
});
