import { describe, expect, it, test } from 'vitest';
import { thisMachine } from '../../source/host/this-machine.ts';
import { networkFindings } from '../../source/network/findings.ts';
import { endOfNetworkProblem, gatewayProblem, hostAddressProblem, networkOf } from '../../source/site/address-rules.ts';
import { parseSite } from '../../source/site/load.ts';
import { siteText } from '../../source/site/save.ts';
import { takeText } from '../../source/wizard/draft/draft.ts';
import { pageOf } from '../../source/wizard/pages.ts';
import { facts, node, site } from '../network/a-node.ts';
import { product } from '../ui/sample.ts';

const nodes = [
  node({ name: 'ks-1', reach: '10.0.4.86', network: { mode: 'static', address: '10.0.4.21/24' } }),
  node({ name: 'ks-2', reach: '10.0.4.87', network: { mode: 'static', address: '10.0.4.22/24' } }),
];

/** What the three places say of the virtual address. */
function said(virtualAddress: string) {
  const wanted = { ...site(nodes), network: { ...site(nodes).network, virtualAddress, gateway: '10.0.4.1' } };
  const text = siteText(wanted);
  const draft = JSON.parse(JSON.stringify(wanted));
  const view = { draft, product, facts: new Map(), machine: thisMachine };
  const field = pageOf('network')
    .fields(view)
    .find(({ id }) => id === 'network.virtualAddress');
  const read = parseSite(text, 'site.yaml');
  const seen = new Map(nodes.map((one) => [one.name, facts(one.name, {}, one.reach)]));
  return {
    field: field && takeText(draft, field, virtualAddress).problem,
    file: 'problems' in read ? read.problems.map((problem) => problem.text).join() : undefined,
    preflight: networkFindings(wanted, seen).find(({ check, grade }) => check === 'virtual-address' && grade === 'fail')
      ?.reason,
  };
}

describe('the virtual address: the field, the file and preflight say the same sentence', () => {
  test.each([
    ['10.0.4.22', '10.0.4.22 is the address of ks-2: the cluster needs one that no machine has'],
    ['10.0.4.1', '10.0.4.1 is the address of a gateway: the cluster needs one that no machine has'],
    ['10.1.4.30', '10.1.4.30 is in 10.1.0.0/16, which MicroK8s uses for pods'],
    ['10.0.5.30', '10.0.5.30 is outside 10.0.4.0/24, the network of ks-1: MetalLB answers by ARP'],
    ['10.0.4.0', '10.0.4.0 is the network address of 10.0.4.0/24, which no machine has'],
    ['10.0.4.255', '10.0.4.255 is the broadcast address of 10.0.4.0/24, which no machine has'],
  ])('%s', (address, sentence) => {
    const { field, file, preflight } = said(address);
    expect(field).toContain(sentence);
    expect(file).toContain(`network.virtualAddress: ${sentence}`);
    expect(preflight).toContain(sentence);
  });

  test.each([
    ['127.0.0.1', '127.0.0.1 is a loopback address, which no machine on a network has'],
    ['169.254.7.7', '169.254.7.7 is a link-local address, which no machine on a network has'],
    ['224.0.0.251', '224.0.0.251 is a multicast address, which no machine on a network has'],
    ['0.0.0.0', '0.0.0.0 is the unspecified address, which no machine on a network has'],
    ['250.1.1.1', '250.1.1.1 is a reserved address, which no machine on a network has'],
  ])('%s never gets past the field and the file', (address, sentence) => {
    const { field, file } = said(address);
    expect(field).toBe(sentence);
    expect(file).toContain(sentence);
  });

  it('a free one of the network is taken everywhere', () => {
    expect(said('10.0.4.30')).toEqual({ field: undefined, file: undefined, preflight: undefined });
  });
});

test('the ends of a network, and of one that has none', () => {
  expect(networkOf({ address: '10.0.5.22', prefix: 22 })).toBe('10.0.4.0/22');
  expect(
    ['10.0.4.0/22', '10.0.7.255/22', '10.0.5.0/22'].map((text) => endOfNetworkProblem(text) === undefined),
  ).toEqual([false, false, true]);
  expect(endOfNetworkProblem('10.0.0.0/31')).toBeUndefined();
  expect(hostAddressProblem('10.0.4.22/24')).toBeUndefined();
});

test.each([
  ['10.0.5.1', /is outside 10\.0\.4\.0\/24, the network of ks-1, which cannot reach it/],
  ['10.0.4.21', /is the address of ks-1 itself/],
  ['10.0.4.255', /broadcast address/],
  ['10.0.4.1', undefined],
])('gateway %s', (gateway, says) => {
  const problem = gatewayProblem(gateway, { name: 'ks-1', address: { address: '10.0.4.21', prefix: 24 } });
  if (says) expect(problem).toMatch(says);
  else expect(problem).toBeUndefined();
});
