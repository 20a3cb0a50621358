import { expect, test } from 'vitest';
import { freeRanges } from '../../source/network/cluster-ranges.ts';
import { networkFindings } from '../../source/network/findings.ts';
import { healthyFactsOf, healthySite } from '../facts-fixtures.ts';

test.each([
  [['10.0.4.0/24'], '10.1.0.0/16', '10.152.183.0/24'],
  [['10.1.4.0/24'], '10.244.0.0/16', '10.152.183.0/24'],
  [['10.1.4.0/24', '10.244.3.0/24'], '172.30.0.0/16', '10.152.183.0/24'],
  [['10.0.0.0/8'], '172.30.0.0/16', '172.31.183.0/24'],
  [['0.0.0.0/1'], '172.30.0.0/16', '172.31.183.0/24'],
])('free of %j are %s for pods and %s for services', (networks, pods, services) =>
  expect(freeRanges(networks)).toEqual({ pods, services }),
);

const inPods = () => {
  const site = healthySite({ network: { virtualAddress: '10.1.4.200', nameservers: [], search: [] } });
  const nodes = site.nodes.map((node, index) => ({
    ...node,
    network: { mode: 'static' as const, address: `10.1.4.${index + 1}/24`, gateway: '10.1.4.254' },
  }));
  return { ...site, nodes };
};
const ranges = (site: ReturnType<typeof inPods>) =>
  networkFindings(site, healthyFactsOf(site)).filter(({ check }) => check === 'cluster-ranges');

test('a site whose network lies in the range of pods is told which one to choose, and where', () => {
  const [first] = ranges(inPods());
  expect(first).toMatchObject({
    grade: 'fail',
    field: ['cluster', 'podRange'],
    advice: 'Choose 10.244.0.0/16 in cluster.podRange, or another network for the nodes',
  });
});

test('with another range it passes, its virtual address too', () => {
  const site = inPods();
  const chosen = { ...site, cluster: { ...site.cluster, podRange: '10.244.0.0/16' } };
  expect(new Set(ranges(chosen).map(({ grade }) => grade))).toEqual(new Set(['pass']));
  const virtual = (each: typeof site) =>
    networkFindings(each, healthyFactsOf(each)).filter(({ check }) => check === 'virtual-address');
  expect([virtual(site), virtual(chosen)].map(([one]) => one?.grade)).toEqual(['fail', 'pass']);
});
