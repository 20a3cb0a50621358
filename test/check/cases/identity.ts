import { device, GiB, healthyNode, healthySite, healthyStorage } from '../../facts-fixtures.ts';
import { type Case, eno1, installed, likeNode1, set, withShared } from './case.ts';

/** A node with one more disk. */
const withLun = (n: number, name: string, wwn: string | undefined, serial = 'QM00001') => {
  const own = healthyStorage(n);
  const lun = device(name, 'disk', GiB, { serial, ...(wwn === undefined ? {} : { wwn }) });
  return { ...own, disks: [...own.disks, lun] };
};

export const identityCases: readonly Case[] = [
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
    what: 'clones with an address of their own',
    grade: 'warn',
    nodes: ['ks-1', 'ks-2'],
    says: /same machine-id.*The plan gives ks-2 one of its own/,
    facts: likeNode1('identity', 'machineId'),
  },
  {
    check: 'unique-machine-id',
    what: 'a clone whose address comes from DHCP, which knows it by its machine-id',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /same machine-id/,
    facts: {
      'ks-2': (facts) =>
        set('network', {
          interfaces: [eno1({ addresses: [{ address: '192.168.1.102', prefix: 24, dynamic: true }] }, 2)],
        })(likeNode1('identity', 'machineId')['ks-2'](facts)),
    },
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
    what: 'tunnels have no MAC address, bridges one of their own choice',
    grade: 'pass',
    nodes: [],
    says: /its own/,
    facts: {
      'ks-1': set('network', {
        interfaces: [
          eno1({}),
          eno1({ name: 'tailscale0', mac: '', kind: 'tun' }),
          eno1({ name: 'br7', kind: 'bridge', mac: '02:00:00:00:00:77' }),
        ],
      }),
      'ks-2': set('network', {
        interfaces: [
          eno1({}, 2),
          eno1({ name: 'wg0', mac: '', kind: 'wireguard' }),
          eno1({ name: 'br7', kind: 'bridge', mac: '02:00:00:00:00:77' }),
        ],
      }),
    },
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
    grade: 'warn',
    nodes: ['ks-1', 'ks-2'],
    says: /same SSH host key.*The plan gives ks-2 one of its own/,
    facts: likeNode1('identity', 'hostKey'),
  },
  {
    check: 'unique-host-key',
    what: 'clones that are members already, which the plan leaves as they are',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /same SSH host key/,
    facts: {
      'ks-1': set('microk8s', { ...installed, joined: true }),
      'ks-2': (facts) =>
        set('microk8s', { ...installed, joined: true })(likeNode1('identity', 'hostKey')['ks-2'](facts)),
    },
  },
  {
    check: 'unique-initiator-name',
    what: 'clones with cStor',
    grade: 'warn',
    nodes: ['ks-1', 'ks-2'],
    says: /same iSCSI initiator name.*The plan gives ks-2 one of its own/,
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
    what: 'a group that was restored onto a disk of another name',
    grade: 'warn',
    nodes: ['ks-1', 'ks-2'],
    says: /^ks-1 and ks-2 have the same LVM UUIDs \([^)]*ubuntu-vg/,
    facts: {
      'ks-2': set('storage', {
        ...healthyStorage(1),
        physicalVolumes: healthyStorage(1).physicalVolumes.map((volume) => ({ ...volume, name: '/dev/nvme0n1p3' })),
      }),
    },
  },
  {
    check: 'unique-lvm',
    what: "the template's blank volume for the pool, which the plan makes again",
    grade: 'warn',
    nodes: ['ks-1', 'ks-2'],
    says: /ubuntu-vg\/shared\)\. The plan gives ks-2 one of its own\./,
    facts: { 'ks-1': set('storage', withShared({})), 'ks-2': set('storage', withShared({})) },
  },
  {
    check: 'unique-lvm',
    what: 'a cloned volume that is not blank',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /ubuntu-vg\/shared/,
    facts: {
      'ks-1': set('storage', withShared({ fsType: 'ext4' })),
      'ks-2': set('storage', withShared({ fsType: 'ext4' })),
    },
  },
  {
    check: 'unique-lvm',
    what: 'a cloned volume that is not blank and carries the pool of two nodes that differ from the site',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /ubuntu-vg\/shared/,
    site: {
      storage: { ...healthySite().storage, shared: { ...healthySite().storage.shared, volumeGroup: 'vg_share' } },
      nodes: healthySite().nodes.map((node) => ({ ...node, storage: { shared: { volumeGroup: 'ubuntu-vg' } } })),
    },
    facts: {
      'ks-1': set('storage', withShared({ fsType: 'ext4' })),
      'ks-2': set('storage', withShared({ fsType: 'ext4' })),
    },
  },
  {
    check: 'unique-disks',
    what: 'a volume of an array that two nodes see, under another name on each',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /ks-1 and ks-2 have the same disk WWN \(\/dev\/sd[bc]\)/,
    facts: {
      'ks-1': set('storage', withLun(1, 'sdb', '0x600c0ff0')),
      'ks-2': set('storage', withLun(2, 'sdc', '0x600C0FF0')),
    },
  },
  {
    check: 'unique-disks',
    what: 'a maker that gives one WWN to all disks, whose serial numbers differ',
    grade: 'pass',
    nodes: [],
    says: /its own/,
    facts: {
      'ks-1': set('storage', withLun(1, 'sdb', 'eui.01', 'S1')),
      'ks-2': set('storage', withLun(2, 'sdb', 'eui.01', 'S2')),
    },
  },
  ...[
    ['no WWN at all', undefined],
    ['a WWN of zeros', '0x0000000000000000'],
  ].map(
    ([what, wwn]): Case => ({
      check: 'unique-disks',
      what: `${what} and one serial number, as virtual disks have`,
      grade: 'pass',
      nodes: [],
      says: /its own/,
      facts: { 'ks-1': set('storage', withLun(1, 'sdb', wwn)), 'ks-2': set('storage', withLun(2, 'sdb', wwn)) },
    }),
  ),
];
