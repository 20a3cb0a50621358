import { describe, expect, it } from 'vitest';
import type { NetworkFacts, NodeFacts } from '../../source/facts/facts.ts';
import { networkFindings } from '../../source/network/findings.ts';
import type { Site, SiteNode } from '../../source/site/schema.ts';
import { face, facts, file, node, site } from './a-node.ts';

const first = node({ name: 'ks-1', reach: '10.0.4.21', network: undefined });
const second = node();

function judge(
  nodes: readonly SiteNode[],
  network: Partial<Site['network']> = {},
  seen: Readonly<Record<string, Partial<NetworkFacts>>> = {},
) {
  const base: Readonly<Record<string, Partial<NetworkFacts>>> = {
    'ks-1': { interfaces: [face('lo', '127.0.0.1/8'), face('ens18', '10.0.4.21/24')] },
  };
  const all = new Map<string, NodeFacts>(
    nodes.map((one) => [one.name, facts(one.name, { ...base[one.name], ...seen[one.name] }, one.reach)]),
  );
  return networkFindings(site(nodes, network), all);
}

function wrong(findings: ReturnType<typeof judge>): string[] {
  return findings.filter((one) => one.grade !== 'pass').map((one) => `${one.grade} ${one.check}: ${one.reason}`);
}

describe('a network that fits', () => {
  it('passes every check', () => {
    const findings = judge([first, second]);
    expect(wrong(findings)).toEqual([]);
    expect([...new Set(findings.map((one) => one.check))].sort()).toEqual([
      'address-unique',
      'cluster-ranges',
      'gateway',
      'interface',
      'same-network',
      'virtual-address',
    ]);
  });

  it('says nothing of nodes that no one has seen', () => {
    expect(wrong(networkFindings(site([first]), new Map()))).toEqual([]);
  });
});

const fixed = (address: string, more: Partial<NonNullable<SiteNode['network']>> = {}) =>
  node({ network: { mode: 'static', address, ...more } });

/** Each row: name, nodes, network, facts that differ, the findings that are not a pass. */
const rows: readonly (readonly [
  string,
  SiteNode[],
  Partial<Site['network']>,
  Record<string, Partial<NetworkFacts>>,
  string[],
])[] = [
  [
    'gateway outside',
    [fixed('10.0.4.22/24', { gateway: '10.0.5.1' })],
    {},
    {},
    ['fail gateway: 10.0.5.1 is outside 10.0.4.0/24, the network of ks-2, which cannot reach it.'],
  ],
  [
    'gateway is the node',
    [fixed('10.0.4.22/24', { gateway: '10.0.4.22' })],
    {},
    {},
    ['fail gateway: 10.0.4.22 is the address of ks-2 itself'],
  ],
  [
    'gateway at the end',
    [fixed('10.0.4.22/24', { gateway: '10.0.4.255' })],
    {},
    {},
    ['fail gateway: 10.0.4.255 is the broadcast address of 10.0.4.0/24'],
  ],
  ['no gateway', [fixed('10.0.4.22/24')], {}, { 'ks-2': { routes: [] } }, ['warn gateway: Without a gateway']],
  [
    'an interface that is not there',
    [fixed('10.0.4.22/24', { interface: 'eno9', gateway: '10.0.4.1' })],
    {},
    {},
    ['fail interface: The interface eno9 does not exist'],
  ],
  [
    'no interface told',
    [fixed('10.0.4.22/24', { gateway: '10.0.4.1' })],
    {},
    { 'ks-2': { interfaces: [face('ens18')], routes: [] } },
    ['fail interface: No interface shows'],
  ],
  [
    "another node's address",
    [first, fixed('10.0.4.21/24')],
    {},
    {},
    ['fail address-unique: ks-2 and ks-1 would both have 10.0.4.21.'],
  ],
  [
    'another network',
    [first, fixed('10.0.9.22/24', { gateway: '10.0.9.1' })],
    {},
    {},
    ['warn same-network: ks-2 is in 10.0.9.0/24', 'fail virtual-address: 10.0.4.30 is outside 10.0.9.0/24'],
  ],
  [
    'a node in the range of pods',
    [fixed('10.1.4.22/24', { gateway: '10.1.4.1' })],
    { virtualAddress: '10.1.4.30' },
    {},
    [
      "fail cluster-ranges: The node's network 10.1.4.0/24 overlaps 10.1.0.0/16",
      'fail virtual-address: 10.1.4.30 is in 10.1.0.0/16',
    ],
  ],
  [
    'a route into the services',
    [second],
    {},
    { 'ks-2': { routes: [{ to: '10.152.183.0/24', via: '10.0.4.9', device: 'ens18' }] } },
    ['warn gateway', "fail cluster-ranges: The node's route to 10.152.183.0/24"],
  ],
  [
    'a wide route',
    [fixed('10.0.4.22/24', { gateway: '10.0.4.1' })],
    {},
    { 'ks-2': { routes: [{ to: '10.0.0.0/8', via: '10.0.4.9', device: 'ens18' }] } },
    ["warn cluster-ranges: The node's route to 10.0.0.0/8"],
  ],
  [
    'virtual address outside',
    [first],
    { virtualAddress: '10.0.5.30' },
    {},
    ['fail virtual-address: 10.0.5.30 is outside 10.0.4.0/24, the network of ks-1'],
  ],
  [
    'virtual address of a node',
    [first],
    { virtualAddress: '10.0.4.21' },
    {},
    ['fail virtual-address: 10.0.4.21 is the address of ks-1'],
  ],
  [
    'virtual address of another interface',
    [first],
    { virtualAddress: '10.0.4.99' },
    { 'ks-1': { interfaces: [face('ens18', '10.0.4.21/24'), face('ens19', '10.0.4.99/24')] } },
    ['fail virtual-address: 10.0.4.99 is the address of ks-1'],
  ],
  [
    'virtual address of the gateway',
    [first],
    { virtualAddress: '10.0.4.1' },
    {},
    ['fail virtual-address: 10.0.4.1 is the address of a gateway'],
  ],
  [
    'virtual address at the end',
    [first],
    { virtualAddress: '10.0.4.255' },
    {},
    ['fail virtual-address: 10.0.4.255 is the broadcast address of 10.0.4.0/24'],
  ],
  [
    'a netplan file that is none',
    [second],
    {},
    { 'ks-2': { netplan: [file('/etc/netplan/x.yaml', 'a: [')] } },
    ['fail netplan-files: /etc/netplan/x.yaml is not valid'],
  ],
];

describe('a network that does not', () => {
  it.each(rows)('%s', (_name, nodes, network, seen, expected) => {
    const found = wrong(judge(nodes, network, seen));
    expect(found).toHaveLength(expected.length);
    for (const [index, start] of expected.entries()) expect(found[index]).toContain(start);
  });

  it('names the field that a screen can jump to', () => {
    const bad = judge([fixed('10.0.4.22/24', { gateway: '10.0.5.1' })], { virtualAddress: '10.0.4.1' });
    expect(bad.filter((one) => one.grade !== 'pass').map((one) => one.field?.join('.'))).toEqual([
      'nodes.0.network.gateway',
      'network.virtualAddress',
    ]);
    expect(bad.filter((one) => one.grade === 'fail').every((one) => one.advice !== undefined)).toBe(true);
  });

  it('lets the virtual address be one that a node leaves, and what the cluster itself has made', () => {
    expect(wrong(judge([second], { virtualAddress: '10.0.4.87' }))).toEqual([]);
    const joined = {
      routes: [
        { to: '10.1.26.0', via: '10.1.26.0', device: 'vxlan.calico' },
        { to: '10.1.9.3', device: 'cali12' },
      ],
    };
    expect(wrong(judge([first], {}, { 'ks-1': joined }))).toEqual([]);
  });
});
