import { describe, expect, it } from 'vitest';
import { judgeDraft, parseDraft } from '../../source/site/load.ts';
import { siteRules } from '../../source/site/rules.ts';
import type { DraftValue } from '../../source/site/schema.ts';
import { berlin } from './a-site.ts';

const base = parseDraft(berlin);
const node = (name: string, more: { [key: string]: DraftValue } = {}): DraftValue => ({
  name,
  reach: `${name}.example.org`,
  role: 'manager',
  ...more,
});
const fixed = (address: string): DraftValue => ({ mode: 'static', address });

/** Each row: what the site says beyond the base, and the rules that it breaks. */
const broken: readonly (readonly [string, { [key: string]: DraftValue }, readonly string[]])[] = [
  [
    'a name twice',
    { nodes: [node('a'), node('a', { reach: 'b' })] },
    ['nodes.1.name is "a", which node 1 has already'],
  ],
  [
    'a reach twice',
    { nodes: [node('a'), node('b', { reach: 'a.example.org' })] },
    ['nodes.1.reach is "a.example.org", which a has already'],
  ],
  [
    'an address twice',
    { nodes: [node('a', { network: fixed('10.0.4.2/24') }), node('b', { network: fixed('10.0.4.2/16') })] },
    ['nodes.1.network.address is "10.0.4.2", which a has already'],
  ],
  [
    "another node's address",
    { nodes: [node('a', { reach: '10.0.4.2' }), node('b', { network: fixed('10.0.4.2/24') })] },
    ['nodes.1.network.address is 10.0.4.2, at which a answers'],
  ],
  [
    'static without address',
    { nodes: [node('a', { network: { mode: 'static' } })] },
    ['nodes.0.network.address is missing'],
  ],
  [
    'two local nodes',
    { nodes: [node('a', { local: true }), node('b', { local: true })] },
    ['nodes.1.local is true for a second node'],
  ],
  [
    'a kubeconfig of one node',
    { nodes: [node('a', { kubeconfig: '/root/config' })] },
    ['nodes.0.kubeconfig belongs to a cluster, not to a node'],
  ],
  ['workers only', { nodes: [node('a', { role: 'worker' })] }, ['nodes are workers only']],
  ['no virtual address', { network: {} }, ['network.virtualAddress is missing']],
  [
    "a node's address as the virtual one",
    { network: { virtualAddress: '10.0.4.22' } },
    ['network.virtualAddress: 10.0.4.22 is the address of ks-2'],
  ],
  [
    'ranges that overlap',
    { cluster: { podRange: '10.152.0.0/16' } },
    ['cluster.serviceRange is 10.152.183.0/24, which overlaps the range of pods, 10.152.0.0/16'],
  ],
  [
    "addresses for workload elsewhere, given twice, a node's",
    {
      nodes: [node('a', { network: fixed('10.0.4.2/24') }), node('b', { reach: '10.20.0.7' })],
      network: {
        virtualAddress: '10.20.0.40',
        workload: {
          range: '10.20.0.0/24',
          interface: 'eno2',
          addresses: { web: '10.20.1.9', api: '10.20.0.40', syslog: '10.20.0.7', last: '10.20.0.255' },
        },
      },
    },
    [
      'network.workload.addresses.web: 10.20.1.9 is outside 10.20.0.0/24, the network for workload',
      'network.workload.addresses.api: 10.20.0.40 is the virtual address already',
      'network.workload.addresses.syslog: 10.20.0.7 is the address of b',
      'network.workload.addresses.last: 10.20.0.255 is the broadcast address of 10.20.0.0/24',
    ],
  ],
  [
    "a network for workload that is the cluster's own, without a virtual address for its services",
    {
      nodes: [node('a', { network: fixed('10.0.4.2/24') })],
      network: { workload: { range: '10.0.4.0/25', interface: 'eno2', addresses: { web: '10.0.4.9' } } },
    },
    [
      'network.virtualAddress is missing, expected a free address for the whole cluster, because network.workload',
      'network.workload.range: 10.0.4.0/25 overlaps 10.0.4.0/24, the network by which a is in the cluster',
    ],
  ],
  ['no class', { storage: { shared: { engine: 'existing' } } }, ['storage.shared.storageClass is missing']],
];

/** Sites that look like breaches and are none. */
const allowed: readonly (readonly [string, { [key: string]: DraftValue }])[] = [
  ['one node without a virtual address', { nodes: [node('a')], network: {} }],
  [
    'an address kept though DHCP is chosen',
    { nodes: [node('a', { network: { mode: 'dhcp', address: '10.0.4.2/24' } })] },
  ],
  [
    'two nodes that swap addresses',
    {
      nodes: [
        node('a', { reach: '10.0.4.2', network: fixed('10.0.4.3/24') }),
        node('b', { reach: '10.0.4.3', network: fixed('10.0.4.2/24') }),
      ],
    },
  ],
  [
    'a virtual address that a node leaves',
    { nodes: [node('a', { reach: '10.0.4.30', network: fixed('10.0.4.3/24') })] },
  ],
  ['ranges apart', { cluster: { podRange: '10.244.0.0/16', serviceRange: '10.245.0.0/24' } }],
  ['an existing class', { storage: { shared: { engine: 'existing', storageClass: 'ceph-rbd' } } }],
];

describe('rules over several fields', () => {
  it.each(broken)('%s is refused', (_name, change, expected) => {
    const judged = judgeDraft({ ...base, ...change });
    const reasons = 'findings' in judged ? judged.findings.map((finding) => finding.reason) : [];
    expect(reasons).toHaveLength(expected.length);
    for (const [index, start] of expected.entries()) expect(reasons[index]).toContain(start);
  });

  it.each(allowed)('%s is allowed', (_name, change) => {
    expect(judgeDraft({ ...base, ...change })).toHaveProperty('site');
  });

  it('speak though other things are wrong, and never throw', () => {
    for (const value of [undefined, 1, [], { nodes: 1 }, { nodes: [1, null] }, { network: 'x', storage: [] }]) {
      expect(() => siteRules(value)).not.toThrow();
    }
    const half = {
      nodes: [
        { name: 'a', role: 1 },
        { name: 'a', network: 'x' },
      ],
    };
    expect(siteRules(half).map((complaint) => complaint.text)).toContain(
      'nodes.1.name is "a", which node 1 has already',
    );
  });
});
