import type { BlockDeviceFacts, FactPart, NodeFacts, StorageFacts } from '../source/facts/facts.ts';
import { kernelModules } from '../source/facts/kernel.ts';
import type { Site, SiteNode } from '../source/site/schema.ts';

/*
 * A machine that passes every check: a bare Ubuntu 22.04 server as its installer leaves a 1 TB disk.
 * What differs between machines (addresses, ids) follows from the number at the end of the name.
 */

export const GiB = 2 ** 30;

/** The workstation's clock in all fixtures. */
export const seenAtMs = Date.UTC(2026, 10, 21, 10, 0, 0);

function numberOf(node: string): number {
  return Number(/\d+$/.exec(node)?.[0] ?? 1);
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const uuid = (kind: string, n: number): string => `${kind}${hex(n, 4)}-Qv0C-1111-2222-3333-4444-${hex(n, 6)}`;

/** Facts of a healthy node; whole sections can be replaced. */
export function healthyFacts(node: string, overrides: Partial<NodeFacts> = {}): NodeFacts {
  const n = numberOf(node);
  return {
    node,
    seenAt: new Date(seenAtMs).toISOString(),
    access: { user: 'ubuntu', sudo: 'free', address: `192.168.1.${100 + n}` },
    identity: {
      hostname: node,
      machineId: hex(0xabc000 + n, 32),
      productUuid: `11111111-2222-3333-4444-${hex(n, 12)}`,
      initiatorName: `iqn.2004-10.com.ubuntu:01:${hex(n, 12)}`,
      hostKey: `SHA256:key-of-${node}`,
    },
    system: {
      id: 'ubuntu',
      versionId: '22.04',
      prettyName: 'Ubuntu 22.04.5 LTS',
      lts: true,
      kernel: '5.15.0-126-generic',
      architecture: 'x86_64',
      virtualization: 'none',
      bootId: `b0070000-0000-4000-8000-${hex(n, 12)}`,
    },
    cpu: { model: 'Intel(R) Xeon(R) Silver 4310', cores: 16, flags: ['fpu', 'sse4_2', 'avx', 'avx2'] },
    // 64 GB as the kernel counts them.
    memory: { totalBytes: 65_756_512 * 1024, swapBytes: 0, swaps: [] },
    time: { nodeMs: seenAtMs + n, localMs: seenAtMs, uncertaintyMs: 2, synchronized: true },
    network: {
      interfaces: [
        { name: 'lo', mac: '00:00:00:00:00:00', mtu: 65_536, up: true, kind: 'loopback', addresses: [] },
        {
          name: 'eno1',
          mac: `52:54:00:00:00:${hex(n, 2)}`,
          mtu: 1500,
          up: true,
          kind: 'ether',
          addresses: [{ address: `192.168.1.${100 + n}`, prefix: 24, dynamic: false }],
        },
      ],
      routes: [
        { to: 'default', via: '192.168.1.254', device: 'eno1' },
        { to: '192.168.1.0/24', device: 'eno1' },
      ],
      nameservers: ['192.168.1.254'],
      search: [],
      netplan: [{ path: '/etc/netplan/00-installer-config.yaml', mode: '600', content: netplan(n) }],
      hostsFile: `127.0.0.1 localhost\n127.0.1.1 ${node}\n`,
      cloudInitNetworkDisabled: false,
      cloudInitPresent: true,
      listeners: [
        { port: 22, address: '0.0.0.0', process: 'sshd', pid: 901 },
        { port: 53, address: '127.0.0.53', process: 'systemd-resolve', pid: 702 },
      ],
    },
    kernel: {
      modules: new Map(Object.keys(kernelModules).map((name) => [name, 'available' as const])),
      controllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'],
      settings: new Map([
        ['fs.inotify.max_user_instances', 1024],
        ['fs.inotify.max_user_watches', 1_048_576],
        ['fs.aio-max-nr', 1_048_576],
        ['fs.aio-nr', 0],
      ]),
      security: ['lockdown', 'capability', 'yama', 'apparmor'],
      selinuxEnforcing: false,
    },
    services: { active: [], firewall: { ufw: false, dropping: [] }, proxies: new Map(), askedFiles: [] },
    storage: healthyStorage(n),
    packages: { upgradable: 0, rebootRequired: false, installed: ['lvm2', 'open-iscsi'], snapd: '2.63' },
    microk8s: { installed: false, running: false, joined: false, worker: false },
    problems: {},
    ...overrides,
  };
}

/** The same facts with parts that could not be read. */
export function withoutSections(facts: NodeFacts, ...sections: readonly FactPart[]): NodeFacts {
  const kept = { ...facts };
  for (const section of sections) delete kept[section];
  return { ...kept, problems: Object.fromEntries(sections.map((section) => [section, 'permission denied'])) };
}

function netplan(n: number): string {
  return `network:
  version: 2
  ethernets:
    eno1:
      addresses: [192.168.1.${100 + n}/24]
      routes:
        - to: default
          via: 192.168.1.254
      nameservers:
        addresses: [192.168.1.254]
`;
}

/** A 1 TB SSD: /boot, and the rest in `ubuntu-vg` with 100 GiB for /. */
export function healthyStorage(n = 1): StorageFacts {
  const extentBytes = 4 * 2 ** 20;
  const disk = 1_000_204_886_016;
  const group = Math.floor((disk - 3 * GiB) / extentBytes) * extentBytes;
  return {
    volumeGroups: [
      {
        name: 'ubuntu-vg',
        uuid: uuid('VG', n),
        sizeBytes: group,
        freeBytes: group - 100 * GiB,
        extentBytes,
        missingPhysicalVolumes: 0,
        exported: false,
        devices: ['/dev/sda3'],
      },
    ],
    physicalVolumes: [
      {
        name: '/dev/sda3',
        uuid: uuid('PV', n),
        volumeGroup: 'ubuntu-vg',
        sizeBytes: group,
        freeBytes: group - 100 * GiB,
        missing: false,
        allocatable: true,
        duplicate: false,
      },
    ],
    logicalVolumes: [
      {
        name: 'ubuntu-lv',
        uuid: uuid('LV', n),
        volumeGroup: 'ubuntu-vg',
        sizeBytes: 100 * GiB,
        path: '/dev/ubuntu-vg/ubuntu-lv',
        tags: [],
      },
    ],
    disks: [
      device('sda', 'disk', disk, {
        model: 'Samsung SSD 870',
        serial: `S6ES${hex(n, 6)}`,
        wwn: `0x5002538f${hex(n, 8)}`,
        transport: 'sata',
        children: [
          device('sda1', 'part', 2 ** 20),
          device('sda2', 'part', 2 * GiB, { fsType: 'ext4', mountPoints: ['/boot'] }),
          device('sda3', 'part', group, {
            fsType: 'LVM2_member',
            children: [
              device('ubuntu--vg-ubuntu--lv', 'lvm', 100 * GiB, {
                path: '/dev/mapper/ubuntu--vg-ubuntu--lv',
                fsType: 'ext4',
                mountPoints: ['/'],
              }),
            ],
          }),
        ],
      }),
    ],
    // ext4 keeps about 2 % of the volume for itself.
    root: { sizeBytes: Math.floor(98 * GiB), freeBytes: 88 * GiB, device: '/dev/mapper/ubuntu--vg-ubuntu--lv' },
    snapFreeBytes: 88 * GiB,
  };
}

/** A block device with nothing on it, unless said otherwise. */
export function device(
  name: string,
  type: string,
  sizeBytes: number,
  more: Partial<BlockDeviceFacts> = {},
): BlockDeviceFacts {
  return {
    name,
    path: `/dev/${name}`,
    type,
    sizeBytes,
    rotational: false,
    removable: false,
    readOnly: false,
    mountPoints: [],
    children: [],
    ...more,
  };
}

export function healthyNode(name: string, more: Partial<SiteNode> = {}): SiteNode {
  return { name, reach: `192.168.1.${100 + numberOf(name)}`, role: 'manager', ...more };
}

/** Three managers, KloudInsights, DHCP neither asked nor changed. */
export function healthySite(more: Partial<Site> = {}): Site {
  return {
    version: 1,
    name: 'berlin',
    product: 'kloudspot',
    nodes: ['ks-1', 'ks-2', 'ks-3'].map((name, index) => healthyNode(name, { zone: `rack-${'abc'[index]}` })),
    network: { virtualAddress: '192.168.1.200', gateway: '192.168.1.254', nameservers: ['192.168.1.254'], search: [] },
    system: { updatePackages: true, reboot: 'when-needed' },
    cluster: { channel: '1.34/stable', podRange: '10.1.0.0/16', serviceRange: '10.152.183.0/24' },
    features: ['kloudInsights'],
    storage: {
      unshared: { volumeGroup: 'ubuntu-vg' },
      shared: { engine: 'cstor', volumeGroup: 'ubuntu-vg', volume: 'shared' },
      volumes: {},
    },
    customer: { dnsName: 'spot.acme.eu', reference: 'acme' },
    tls: { mode: 'self-signed' },
    deploy: 'now',
    ...more,
  };
}

export function healthyFactsOf(site: Site): ReadonlyMap<string, NodeFacts> {
  return new Map(site.nodes.map(({ name }) => [name, healthyFacts(name)]));
}
