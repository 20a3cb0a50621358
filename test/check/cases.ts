import type { CheckInput } from '../../source/check/check.ts';
import type { LiveEvidence } from '../../source/check/evidence.ts';
import type { Grade } from '../../source/check/finding.ts';
import type { InterfaceFacts, NodeFacts, StorageFacts } from '../../source/facts/facts.ts';
import type { Product } from '../../source/product/schema.ts';
import type { Site, SiteNode } from '../../source/site/schema.ts';
import { device, GiB, healthyFacts, healthyNode, healthySite, healthyStorage, seenAtMs } from '../facts-fixtures.ts';

/** One thing that is wrong, and what the check says of it. */
export interface Case {
  readonly check: string;
  readonly what: string;
  readonly grade: Grade;
  /** Nodes of the finding. */
  readonly nodes: readonly string[];
  readonly says: RegExp;
  readonly site?: Partial<Site>;
  /** What differs on single nodes. */
  readonly facts?: Readonly<Record<string, (facts: NodeFacts) => NodeFacts>>;
  readonly evidence?: Partial<LiveEvidence>;
  readonly product?: (product: Product) => Product;
}

/** The healthy site with what the case changes. */
export function inputOf(one: Partial<Case>, product: Product): CheckInput {
  const site = healthySite(one.site);
  const facts = new Map(
    site.nodes.map(({ name }) => {
      const whole = healthyFacts(name);
      return [name, one.facts?.[name]?.(whole) ?? whole];
    }),
  );
  const free = new Map([['ks-1', { state: 'free' } as const]]);
  const evidence = { atMs: seenAtMs, addresses: new Map([['192.168.1.200', free]]), ...one.evidence };
  return { site, product: one.product?.(product) ?? product, facts, evidence };
}

const nodes = (...changed: SiteNode[]) => {
  const names = changed.map(({ name }) => name);
  return [...healthySite().nodes.filter(({ name }) => !names.includes(name)), ...changed].toSorted((a, b) =>
    a.name.localeCompare(b.name),
  );
};

type Section =
  | 'access'
  | 'identity'
  | 'system'
  | 'cpu'
  | 'memory'
  | 'time'
  | 'network'
  | 'storage'
  | 'packages'
  | 'microk8s';

/** Changes some fields of one section. */
const set =
  <Key extends Section>(section: Key, change: Partial<NonNullable<NodeFacts[Key]>>) =>
  (facts: NodeFacts): NodeFacts => ({ ...facts, [section]: { ...facts[section], ...change } });

const onNode1 = <Key extends Section>(section: Key, change: Partial<NonNullable<NodeFacts[Key]>>) => ({
  'ks-1': set(section, change),
});

const likeNode1 = (section: 'identity', field: keyof NonNullable<NodeFacts['identity']>) => ({
  'ks-2': set(section, { [field]: healthyFacts('ks-1').identity?.[field] }),
});

const eno1 = (change: Partial<InterfaceFacts>, n = 1): InterfaceFacts => ({
  name: 'eno1',
  mac: `52:54:00:00:00:0${n}`,
  mtu: 1500,
  up: true,
  kind: 'ether',
  addresses: [{ address: `192.168.1.10${n}`, prefix: 24, dynamic: false }],
  ...change,
});

const withShared = (contents: { fsType?: string; mountPoints?: string[] }): Partial<StorageFacts> => {
  const { logicalVolumes } = healthyStorage();
  const shared = {
    name: 'shared',
    volumeGroup: 'ubuntu-vg',
    uuid: 'shared-1',
    sizeBytes: 27 * GiB,
    path: '/dev/ubuntu-vg/shared',
    tags: [],
  };
  return {
    logicalVolumes: [...logicalVolumes, shared],
    disks: [device('ubuntu--vg-shared', 'lvm', 27 * GiB, contents)],
  };
};

const groupWith = (change: Partial<StorageFacts['volumeGroups'][number]>): Partial<StorageFacts> => ({
  volumeGroups: healthyStorage().volumeGroups.map((group) => ({ ...group, ...change })),
});

const installed = {
  installed: true,
  running: true,
  channel: '1.34/stable',
  version: 'v1.34.1',
  joined: false,
  worker: false,
};
const listener = (port: number, process?: string, pid?: number) => ({
  listeners: [{ port, address: '0.0.0.0', ...(process ? { process } : {}), ...(pid ? { pid } : {}) }],
});
const wantsStatic = (address: string, more: Partial<NonNullable<SiteNode['network']>> = {}) =>
  healthyNode('ks-1', { network: { mode: 'static', address, interface: 'eno1', gateway: '192.168.1.254', ...more } });
const answer = (address: string, by: string, mac: string) => ({
  addresses: new Map([[address, new Map([[by, { state: 'taken', mac } as const]])]]),
});
const files = { mode: 'files', key: '/tls/server.key', certificate: '/tls/server.crt' } as const;
const seat = healthyNode('ks-1', { seat: true });

/** Every check at least once at its worst; passes come from the healthy site. */
export const cases: readonly Case[] = [
  {
    check: 'access',
    what: 'no sudo',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /may not become root/,
    facts: onNode1('access', { sudo: 'refused' }),
  },
  {
    check: 'facts-complete',
    what: 'a section missing',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /cpu \(no such file\)/,
    facts: { 'ks-1': (facts) => ({ ...facts, problems: { cpu: 'no such file' } }) },
  },
  {
    check: 'os-release',
    what: 'another system',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /not supported/,
    facts: onNode1('system', { id: 'centos', prettyName: 'CentOS 7' }),
  },
  {
    check: 'os-release',
    what: 'an old release',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /too old/,
    facts: onNode1('system', { versionId: '20.04', prettyName: 'Ubuntu 20.04 LTS' }),
  },
  {
    check: 'os-release',
    what: 'a short release',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /long-term support/,
    facts: onNode1('system', { versionId: '25.10', lts: false, prettyName: 'Ubuntu 25.10' }),
  },
  {
    check: 'os-release',
    what: 'a newer LTS',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /supported/,
    facts: onNode1('system', { versionId: '24.04' }),
  },
  {
    check: 'architecture',
    what: 'none of MicroK8s',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /no MicroK8s for riscv64/,
    facts: onNode1('system', { architecture: 'riscv64' }),
  },
  {
    check: 'architecture',
    what: 'a mixture',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /Other nodes are x86_64/,
    facts: onNode1('system', { architecture: 'aarch64' }),
  },
  {
    check: 'virtualization',
    what: 'a container',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /container/,
    facts: onNode1('system', { virtualization: 'lxc' }),
  },
  {
    check: 'virtualization',
    what: 'a virtual machine',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /no two of them share a host/,
    facts: onNode1('system', { virtualization: 'kvm' }),
  },
  {
    check: 'cpu-flags',
    what: 'no AVX',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /ks-1 .* has no AVX/,
    facts: onNode1('cpu', { flags: ['sse4_2', 'avx2'] }),
  },
  {
    check: 'cpu-cores',
    what: 'below the floor',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /4 of the 8 cores/,
    facts: onNode1('cpu', { cores: 4 }),
  },
  {
    check: 'cpu-cores',
    what: 'below the recommendation',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /16 cores are recommended/,
    site: { features: ['kloudManage', 'kloudInsights'] },
    facts: onNode1('cpu', { cores: 8 }),
  },
  {
    check: 'cpu-cores',
    what: 'the floor, one feature',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /Enough/,
    facts: onNode1('cpu', { cores: 8 }),
  },
  {
    check: 'memory',
    what: 'a 30 GB machine',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /of the 32 GB/,
    facts: onNode1('memory', { totalBytes: 29.4 * GiB }),
  },
  {
    check: 'memory',
    what: 'a 32 GB machine as the kernel counts it',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /Enough/,
    facts: onNode1('memory', { totalBytes: 32_780_000 * 1024 }),
  },
  {
    check: 'memory',
    what: 'below the recommendation',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /64 GB are recommended/,
    site: { features: ['kloudManage', 'kloudInsights'] },
    facts: onNode1('memory', { totalBytes: 32_780_000 * 1024 }),
  },
  {
    check: 'swap',
    what: 'swap on',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /2 GB of swap/,
    facts: onNode1('memory', { swapBytes: 2 * GiB }),
  },
  {
    check: 'root-size',
    what: 'half of it',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /49 GB of the 100 GB/,
    facts: onNode1('storage', {
      root: { sizeBytes: 49 * GiB, freeBytes: GiB, device: '/dev/mapper/ubuntu--vg-ubuntu--lv' },
    }),
  },
  {
    check: 'lvm-disk',
    what: 'a small disk',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /500 GB of 931/,
    facts: onNode1('storage', { disks: [device('sda3', 'disk', 500 * GiB, { fsType: 'LVM2_member' })] }),
  },
  {
    check: 'lvm-disk',
    what: 'no LVM',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /carries LVM/,
    facts: onNode1('storage', { physicalVolumes: [], disks: [device('sda', 'disk', 1000 * GiB)] }),
  },
  {
    check: 'lvm-disk',
    what: 'disks that cannot be matched',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /large enough/,
    facts: onNode1('storage', {
      disks: [],
      physicalVolumes: healthyStorage().physicalVolumes.map((volume) => ({ ...volume, sizeBytes: 931 * GiB })),
    }),
  },
  {
    check: 'ssd',
    what: 'a turning disk',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /turning disk/,
    facts: onNode1('storage', { disks: [device('sda3', 'disk', 931 * GiB, { rotational: true })] }),
  },
  {
    check: 'ssd',
    what: 'a virtual disk',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /virtual/,
    facts: {
      'ks-1': (facts) =>
        set('system', { virtualization: 'kvm' })(
          set('storage', { disks: [device('sda3', 'disk', 931 * GiB, { rotational: true })] })(facts),
        ),
    },
  },
  {
    check: 'volume-groups',
    what: 'a missing disk',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /misses 1 physical volume/,
    facts: onNode1('storage', groupWith({ missingPhysicalVolumes: 1 })),
  },
  {
    check: 'volume-groups',
    what: 'a missing disk of a group that is not used',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /old misses/,
    facts: onNode1('storage', {
      volumeGroups: [
        ...healthyStorage().volumeGroups,
        ...healthyStorage().volumeGroups.map((group) => ({ ...group, name: 'old', missingPhysicalVolumes: 1 })),
      ],
    }),
  },
  {
    check: 'storage',
    what: 'a full group',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /room for 0 GB of 14 GB unshared/,
    facts: onNode1('storage', groupWith({ freeBytes: 0 })),
  },
  {
    check: 'storage',
    what: 'little left',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /little is left/,
    facts: onNode1('storage', groupWith({ sizeBytes: 200 * GiB, freeBytes: 52 * GiB })),
  },
  {
    check: 'storage',
    what: 'no such group',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /no volume group ubuntu-vg/,
    facts: onNode1('storage', groupWith({ name: 'data' })),
  },
  {
    check: 'shared-volume',
    what: 'a file system on it',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /holds ext4, mounted on \/srv/,
    facts: onNode1('storage', withShared({ fsType: 'ext4', mountPoints: ['/srv'] })),
  },
  {
    check: 'shared-volume',
    what: 'a former pool',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /zfs_member/,
    facts: onNode1('storage', withShared({ fsType: 'zfs_member' })),
  },
  {
    check: 'shared-volume',
    what: 'there and blank',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /nothing was seen on it/,
    facts: onNode1('storage', withShared({})),
  },
  {
    check: 'snap-space',
    what: 'no space',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /2 GB are free/,
    facts: onNode1('storage', { snapFreeBytes: 2 * GiB }),
  },
  {
    check: 'snap-space',
    what: 'little space',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /20 GB are recommended/,
    facts: onNode1('storage', { snapFreeBytes: 10 * GiB }),
  },
  {
    check: 'snapd',
    what: 'none',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /no snapd/,
    facts: { 'ks-1': (facts) => ({ ...facts, packages: { upgradable: 0, rebootRequired: false, installed: [] } }) },
  },
  {
    check: 'snapd',
    what: 'too old',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /cannot install/,
    facts: onNode1('packages', { snapd: '2.9.5' }),
  },
  {
    check: 'snapd',
    what: 'cannot hold',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /cannot hold/,
    facts: onNode1('packages', { snapd: '2.54.3' }),
  },
  {
    check: 'microk8s',
    what: 'another channel',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /1\.30\/stable; 1\.34\/stable is wanted/,
    facts: onNode1('microk8s', { ...installed, channel: '1.30/stable' }),
  },
  {
    check: 'microk8s',
    what: 'installed and stopped',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /does not run/,
    facts: onNode1('microk8s', { ...installed, running: false }),
  },
  {
    check: 'microk8s',
    what: 'another risk of the same track',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /alone and running/,
    facts: onNode1('microk8s', { ...installed, channel: '1.34/candidate' }),
  },
  {
    check: 'microk8s',
    what: 'a member alone',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /no other node of this site/,
    facts: onNode1('microk8s', { ...installed, joined: true }),
  },
  {
    check: 'microk8s',
    what: 'a member under another name',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /as old-name/,
    facts: {
      'ks-1': (facts) =>
        set('identity', { hostname: 'old-name' })(set('microk8s', { ...installed, joined: true })(facts)),
    },
  },
  {
    check: 'microk8s',
    what: 'a member as worker',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /as worker, and is to be a manager/,
    facts: onNode1('microk8s', { ...installed, joined: true, worker: true }),
  },
  {
    check: 'microk8s',
    what: 'the second run of this site',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /left as it is/,
    facts: {
      'ks-1': set('microk8s', { ...installed, joined: true }),
      'ks-2': set('microk8s', { ...installed, joined: true }),
    },
  },
  {
    check: 'ports-free',
    what: 'a web server',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /Port 80 \(ingress\) is taken by nginx \(PID 812\)/,
    facts: onNode1('network', listener(80, 'nginx', 812)),
  },
  {
    check: 'ports-free',
    what: 'somebody unknown',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /Port 16443 .* unknown process/,
    facts: onNode1('network', listener(16443)),
  },
  {
    check: 'ports-free',
    what: 'a port for services',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /java \(PID 5\) on 30500/,
    facts: onNode1('network', listener(30_500, 'java', 5)),
  },
  {
    check: 'ports-free',
    what: "MicroK8s' own",
    grade: 'pass',
    nodes: ['ks-1'],
    says: /Nobody else/,
    facts: { 'ks-1': (facts) => set('network', listener(16443, 'kubelite', 7))(set('microk8s', installed)(facts)) },
  },
  {
    check: 'ports-free',
    what: 'a web server beside MicroK8s',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /Port 443/,
    facts: { 'ks-1': (facts) => set('network', listener(443, 'apache2', 9))(set('microk8s', installed)(facts)) },
  },
  {
    check: 'clock-synchronized',
    what: 'no time service',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /Nothing corrects the clock/,
    facts: onNode1('time', { synchronized: false }),
  },
  {
    check: 'clock-skew',
    what: 'a minute behind',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /ks-1 is 60 s behind the other nodes/,
    facts: onNode1('time', { nodeMs: seenAtMs - 60_000 }),
  },
  {
    check: 'clock-skew',
    what: 'two seconds ahead',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /2 s ahead/,
    facts: onNode1('time', { nodeMs: seenAtMs + 2000 }),
  },
  {
    check: 'clock-skew',
    what: 'no more than asking took',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /agrees/,
    facts: onNode1('time', { nodeMs: seenAtMs + 2000, uncertaintyMs: 1900 }),
  },
  {
    check: 'host-name',
    what: 'an underscore',
    grade: 'fail',
    nodes: ['ks_1'],
    says: /cannot be the name/,
    site: { nodes: [healthyNode('ks_1')] },
  },
  {
    check: 'host-name',
    what: 'a member that would be renamed',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /cannot be renamed/,
    facts: {
      'ks-1': (facts) => set('identity', { hostname: 'old' })(set('microk8s', { ...installed, joined: true })(facts)),
    },
  },
  {
    check: 'host-name',
    what: 'a name to come',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /renames it to ks-1/,
    facts: onNode1('identity', { hostname: 'ubuntu' }),
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
    says: /no interface eno7/,
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
    says: /gives to pods/,
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
  {
    check: 'addresses-free',
    what: 'nobody could ask',
    grade: 'warn',
    nodes: [],
    says: /could not be asked \(ks-1: no raw socket\)/,
    evidence: {
      addresses: new Map([['192.168.1.200', new Map([['ks-1', { state: 'unknown', why: 'no raw socket' } as const]])]]),
    },
  },
  {
    check: 'unique-host-name',
    what: 'clones',
    grade: 'warn',
    nodes: ['ks-1', 'ks-2'],
    says: /both call themselves ks-1/,
    facts: likeNode1('identity', 'hostname'),
  },
  {
    check: 'unique-host-name',
    what: 'one name wanted twice',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /Two nodes are to be named ks-1/,
    site: { nodes: [healthyNode('ks-1'), healthyNode('ks-1')] },
  },
  {
    check: 'unique-machine-id',
    what: 'clones',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /same machine-id/,
    facts: likeNode1('identity', 'machineId'),
  },
  {
    check: 'unique-product-uuid',
    what: 'clones',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /same product UUID/,
    facts: likeNode1('identity', 'productUuid'),
  },
  {
    check: 'unique-product-uuid',
    what: 'a maker that gives all boards one',
    grade: 'warn',
    nodes: ['ks-1', 'ks-2'],
    says: /03000200/,
    facts: {
      'ks-1': set('identity', { productUuid: '03000200-0400-0500-0006-000700080009' }),
      'ks-2': set('identity', { productUuid: '03000200-0400-0500-0006-000700080009' }),
    },
  },
  {
    check: 'unique-product-uuid',
    what: 'containers of one host',
    grade: 'pass',
    nodes: [],
    says: /its own/,
    facts: {
      'ks-1': set('system', { virtualization: 'lxc' }),
      'ks-2': (facts) => set('system', { virtualization: 'lxc' })(likeNode1('identity', 'productUuid')['ks-2'](facts)),
    },
  },
  {
    check: 'unique-mac',
    what: 'clones',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /52:54:00:00:00:01/,
    facts: { 'ks-2': set('network', { interfaces: [eno1({})] }) },
  },
  {
    check: 'unique-mac',
    what: "pods' interfaces are alike everywhere",
    grade: 'pass',
    nodes: [],
    says: /its own/,
    facts: {
      'ks-1': set('network', { interfaces: [eno1({}), eno1({ name: 'cali1234', mac: 'ee:ee:ee:ee:ee:ee' })] }),
      'ks-2': set('network', { interfaces: [eno1({}, 2), eno1({ name: 'cali5678', mac: 'ee:ee:ee:ee:ee:ee' })] }),
    },
  },
  {
    check: 'unique-host-key',
    what: 'clones',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /same SSH host key/,
    facts: likeNode1('identity', 'hostKey'),
  },
  {
    check: 'unique-initiator-name',
    what: 'clones with cStor',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /same iSCSI initiator name/,
    facts: likeNode1('identity', 'initiatorName'),
  },
  {
    check: 'unique-lvm',
    what: 'cloned groups',
    grade: 'warn',
    nodes: ['ks-1', 'ks-2'],
    says: /same LVM UUID/,
    facts: { 'ks-2': set('storage', healthyStorage(1)) },
  },
  {
    check: 'unique-lvm',
    what: 'a cloned shared volume',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /ubuntu-vg\/shared/,
    facts: { 'ks-1': set('storage', withShared({})), 'ks-2': set('storage', withShared({})) },
  },
  {
    check: 'topology',
    what: 'two managers',
    grade: 'fail',
    nodes: [],
    says: /does not run on 2 managers, 0 workers/,
    site: { nodes: [healthyNode('ks-1'), healthyNode('ks-2')] },
  },
  {
    check: 'zones',
    what: 'two in one rack',
    grade: 'warn',
    nodes: ['ks-2', 'ks-3'],
    says: /share rack-b: losing it loses 2 of 3/,
    site: { nodes: ['a', 'b', 'b'].map((zone, index) => healthyNode(`ks-${index + 1}`, { zone: `rack-${zone}` })) },
  },
  {
    check: 'feature-set',
    what: 'an inferred set',
    grade: 'pass',
    nodes: [],
    says: /is inferred/,
    site: { features: ['kloudManage'] },
  },
  {
    check: 'tls-key',
    what: 'no such file',
    grade: 'fail',
    nodes: [],
    says: /\/tls\/server.key: there is no such file/,
    site: { tls: files },
    evidence: { tls: { key: { problem: 'there is no such file.' }, certificate: { text: '' } } },
  },
  {
    check: 'tls-certificate',
    what: 'not a certificate',
    grade: 'fail',
    nodes: [],
    says: /certificate/,
    site: { tls: files },
    evidence: { tls: { key: { text: 'x' }, certificate: { text: 'x' } } },
  },
  {
    check: 'tls-match',
    what: 'cannot be told yet',
    grade: 'warn',
    nodes: [],
    says: /once key and certificate/,
    site: { tls: files },
    evidence: { tls: { key: { text: 'x' }, certificate: { text: 'x' } } },
  },
  {
    check: 'tls-validity',
    what: 'not looked at',
    grade: 'warn',
    nodes: [],
    says: /not looked at/,
    site: { tls: files },
  },
  { check: 'tls-name', what: 'not looked at', grade: 'warn', nodes: [], says: /not looked at/, site: { tls: files } },
  { check: 'tls-chain', what: 'not looked at', grade: 'warn', nodes: [], says: /not looked at/, site: { tls: files } },
  {
    check: 'seat-reboot',
    what: 'sudo with a password',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /sudo on ks-2 asks for a password/,
    site: { nodes: nodes(seat) },
    facts: { 'ks-2': set('access', { sudo: 'password' }) },
  },
  {
    check: 'seat-reboot',
    what: 'passwords were given',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /passwords were given/,
    site: { nodes: nodes(seat) },
    evidence: { passwordsInMemory: true },
  },
  {
    check: 'seat-reboot',
    what: 'no reboot',
    grade: 'pass',
    nodes: [],
    says: /No node is restarted/,
    site: { nodes: nodes(seat), system: { updatePackages: true, reboot: 'never' } },
    evidence: { passwordsInMemory: true },
  },
];
