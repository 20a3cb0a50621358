import type { InterfaceFacts } from '../../../source/facts/facts.ts';
import { healthyNode, healthySite } from '../../facts-fixtures.ts';
import { answer, type Case, eno1, installed, nodes, onNode1, set, wantsStatic } from './case.ts';

const withWorkload = (addresses: Record<string, string> = {}) => ({
  network: {
    ...healthySite().network,
    workload: { range: '10.20.0.0/24', interface: 'eno2', addresses },
  },
});
const eno2 = (change: Partial<InterfaceFacts>) =>
  onNode1('network', {
    interfaces: [eno1({}), eno1({ name: 'eno2', mac: '52:54:00:00:00:91', addresses: second, ...change })],
  });
const second = [{ address: '10.20.0.11', prefix: 24, dynamic: false }];

const keepsDhcp = { network: { mode: 'dhcp' } } as const;

const keptCases: readonly Case[] = [
  {
    check: 'address-kept',
    what: 'dhcp is kept where the address was set by hand',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /ks-1 has 192\.168\.1\.101 set by hand, .*no server gives it/,
    site: { nodes: nodes(healthyNode('ks-1', keepsDhcp)) },
  },
  {
    check: 'address-kept',
    what: 'a lease is kept',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /a lease; the server must reserve it/,
    site: { nodes: nodes(healthyNode('ks-1', keepsDhcp)) },
    facts: onNode1('network', {
      interfaces: [eno1({ addresses: [{ address: '192.168.1.101', prefix: 24, dynamic: true }] })],
    }),
  },
];

const moved = {
  site: { nodes: nodes(healthyNode('ks-1', { network: { mode: 'static', address: '192.168.1.150/24' } })) },
  facts: onNode1('microk8s', { ...installed, joined: true }),
};

const memberCases: readonly Case[] = [
  {
    check: 'member-address',
    what: 'the site gives a member another address',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /member of a running cluster at 192\.168\.1\.101; the site gives it 192\.168\.1\.150/,
    advises: /^Give ks-1 the address 192\.168\.1\.101 in site\.yaml, at which its cluster knows it\. [^:]*$/,
    ...moved,
  },
  {
    check: 'member-address',
    what: 'the site of a cluster that an earlier run built gives a member another address',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /member of a running cluster/,
    advises: /^Write 192\.168\.1\.101 in site\.yaml again\. .*: back up, build it again/,
    ...moved,
    evidence: { cluster: { nodes: [], givenAddresses: [], site: 'name: berlin' } },
  },
];

const workloadCases: readonly Case[] = [
  {
    check: 'workload-network',
    what: 'no such interface',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /ks-1 has no interface eno2/,
    site: withWorkload(),
  },
  {
    check: 'workload-network',
    what: 'no address there',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /eno2 of ks-1 has no address in 10\.20\.0\.0\/24/,
    site: withWorkload(),
    facts: eno2({ addresses: [] }),
  },
  {
    check: 'workload-network',
    what: 'no link',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /eno2 of ks-1 has no link/,
    site: withWorkload(),
    facts: eno2({ up: false }),
  },
  {
    check: 'workload-network',
    what: 'in it',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /eno2 is in 10\.20\.0\.0\/24/,
    site: withWorkload(),
    facts: eno2({}),
  },
  {
    check: 'addresses-free',
    what: "a service's address that a machine has",
    grade: 'fail',
    nodes: [],
    says: /the address of syslog in the network for workload, is in use by a machine with MAC 00:11:22:33:44:55/,
    site: withWorkload({ syslog: '10.20.0.50' }),
    evidence: answer('10.20.0.50', 'ks-1', '00:11:22:33:44:55'),
  },
  {
    check: 'addresses-free',
    what: "a service's address that a node has on an interface of its own",
    grade: 'fail',
    nodes: [],
    says: /the address of syslog in the network for workload, is in use by ks-1, on its interface eno2/,
    site: withWorkload({ syslog: '10.20.0.11' }),
    facts: eno2({}),
  },
];

export const networkCases: readonly Case[] = [
  ...keptCases,
  ...memberCases,
  {
    check: 'hosts-at-boot',
    what: 'user-data that gives the node its own name on loopback at every boot',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /writes 127\.0\.1\.1 ks-1 into \/etc\/hosts at every boot/,
    facts: onNode1('network', { cloudInitHosts: 'own-line' }),
  },
  {
    check: 'hosts-at-boot',
    what: 'a template that the plan changes',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /changes the template too/,
    facts: onNode1('network', { cloudInitHosts: 'template', hostsTemplate: '127.0.1.1 {{fqdn}} {{hostname}}\n' }),
  },
  {
    check: 'default-route',
    what: 'IPv6 alone',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /no IPv4 address.*needs IPv4/,
    facts: onNode1('network', {
      interfaces: [eno1({ addresses: [{ address: '2001:db8::5', prefix: 64, dynamic: false }] })],
      routes: [],
    }),
  },
  {
    check: 'network-interfaces',
    what: 'too few',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /1 of the 2/,
    product: (product) => ({ ...product, nodes: { ...product.nodes, interfaces: 2 } }),
  },
  {
    check: 'network-interfaces',
    what: 'no link',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /no link/,
    facts: onNode1('network', { interfaces: [eno1({ up: false })] }),
  },
  {
    check: 'mtu',
    what: 'another MTU',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /MTU 9000, the other nodes have 1500/,
    facts: onNode1('network', { interfaces: [eno1({ mtu: 9000 })] }),
  },
  {
    check: 'mtu',
    what: 'a small MTU everywhere',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /50 below/,
    facts: {
      'ks-1': set('network', { interfaces: [eno1({ mtu: 1400 })] }),
      'ks-2': set('network', { interfaces: [eno1({ mtu: 1400 }, 2)] }),
      'ks-3': set('network', { interfaces: [eno1({ mtu: 1400 }, 3)] }),
    },
  },
  {
    check: 'default-route',
    what: 'none',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /no default route/,
    facts: onNode1('network', { routes: [] }),
  },
  {
    check: 'default-route',
    what: 'none, one to come',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /sets 192.168.1.254/,
    site: { nodes: nodes(wantsStatic('192.168.1.101/24')) },
    facts: onNode1('network', { routes: [] }),
  },
  {
    check: 'default-route',
    what: 'two',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /eno1 and eno2/,
    facts: onNode1('network', {
      routes: [
        { to: 'default', via: '192.168.1.254', device: 'eno1' },
        { to: 'default', via: '10.0.0.1', device: 'eno2' },
      ],
    }),
  },
  {
    check: 'dns-servers',
    what: 'none',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /no name server/,
    facts: onNode1('network', { nameservers: [] }),
  },
  {
    check: 'dns-servers',
    what: 'a stub alone',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /asks only itself/,
    facts: onNode1('network', { nameservers: ['127.0.0.53'] }),
  },
  {
    check: 'netplan',
    what: 'gateway4 and a mode',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /gateway4 in \/etc\/netplan\/a.yaml, .*mode 644/,
    facts: onNode1('network', {
      netplan: [
        {
          path: '/etc/netplan/a.yaml',
          mode: '644',
          content: 'network:\n  ethernets:\n    eno1:\n      gateway4: 10.0.0.1\n',
        },
      ],
    }),
  },
  {
    check: 'netplan',
    what: 'two default routes',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /2 default routes/,
    facts: onNode1('network', {
      netplan: ['a', 'b'].map((name) => ({
        path: `/etc/netplan/${name}.yaml`,
        mode: '600',
        content: '      routes:\n      - to: default\n        via: 10.0.0.1\n',
      })),
    }),
  },
  {
    check: 'netplan',
    what: 'files that go aside',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /puts these files aside/,
    site: { nodes: nodes(wantsStatic('192.168.1.101/24')) },
    facts: onNode1('network', { netplan: [{ path: '/etc/netplan/a.yaml', mode: '644', content: '' }] }),
  },
  {
    check: 'interface',
    what: 'an interface that is not there',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /interface eno7 does not exist/,
    site: { nodes: nodes(wantsStatic('192.168.1.101/24', { interface: 'eno7' })) },
  },
  {
    check: 'gateway',
    what: 'outside the subnet',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /outside 192.168.1.0\/24/,
    site: { nodes: nodes(wantsStatic('192.168.1.101/24', { gateway: '10.0.0.1' })) },
  },
  {
    check: 'address-unique',
    what: 'two with one address',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /both have 192.168.1.102/,
    site: { nodes: nodes(wantsStatic('192.168.1.102/24')) },
  },
  {
    check: 'same-network',
    what: 'two networks',
    grade: 'warn',
    nodes: ['ks-2'],
    says: /cannot move between them/,
    facts: {
      'ks-2': set('network', {
        interfaces: [eno1({ addresses: [{ address: '192.168.7.2', prefix: 24, dynamic: false }] }, 2)],
      }),
    },
  },
  {
    check: 'cluster-ranges',
    what: 'in the network of pods',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /uses for pods/,
    facts: onNode1('network', {
      interfaces: [eno1({ addresses: [{ address: '10.1.4.2', prefix: 24, dynamic: false }] })],
    }),
  },
  {
    check: 'netplan-files',
    what: 'a broken file',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /not valid/,
    site: { nodes: nodes(wantsStatic('192.168.1.101/24')) },
    facts: onNode1('network', { netplan: [{ path: '/etc/netplan/a.yaml', mode: '600', content: 'network: [' }] }),
  },
  {
    check: 'virtual-address',
    what: 'that of a node',
    grade: 'fail',
    nodes: [],
    says: /address of ks-2/,
    site: { network: { virtualAddress: '192.168.1.102', nameservers: [], search: [] } },
  },
  {
    check: 'addresses-free',
    what: 'taken by a stranger',
    grade: 'fail',
    nodes: [],
    says: /192.168.1.200, the virtual address, is in use by a machine with MAC 00:11/,
    evidence: answer('192.168.1.200', 'ks-1', '00:11:22:33:44:55'),
  },
  {
    check: 'addresses-free',
    what: 'held by a node already',
    grade: 'pass',
    nodes: [],
    says: /where it belongs/,
    evidence: answer('192.168.1.200', 'ks-1', '52:54:00:00:00:02'),
  },
  {
    check: 'addresses-free',
    what: "a node's address that another has",
    grade: 'fail',
    nodes: ['ks-1'],
    says: /the address of ks-1, is in use by ks-3/,
    site: { nodes: nodes(wantsStatic('192.168.1.150/24')) },
    evidence: answer('192.168.1.150', 'ks-2', '52:54:00:00:00:03'),
  },
  ...workloadCases,
  {
    check: 'addresses-free',
    what: 'no one could ask',
    grade: 'warn',
    nodes: [],
    says: /^Cannot determine whether \S+ is free \(ks-1: no raw socket\)/,
    evidence: {
      addresses: new Map([['192.168.1.200', new Map([['ks-1', { state: 'unknown', why: 'no raw socket' } as const]])]]),
    },
  },
];
