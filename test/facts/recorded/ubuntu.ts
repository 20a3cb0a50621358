// What the tools print on Ubuntu Server 22.04, installed with its guided LVM layout, as the probe passes it on.
import type { SectionName } from '../../../source/facts/probe.ts';
import type { SectionOutput } from '../../../source/facts/section.ts';

export type Recording = Partial<Record<SectionName, SectionOutput>>;

export const said = (stdout: string, code = 0, stderr = ''): SectionOutput => ({ stdout, stderr, code });
export const json = (value: unknown, stderr = '') => said(`${JSON.stringify(value, undefined, 2)}\n`, 0, stderr);

export const gib = 1024 ** 3;

export function report(kind: 'vg' | 'pv' | 'lv', rows: readonly Record<string, string>[], stderr = ''): SectionOutput {
  return json({ report: [{ [kind]: rows }] }, stderr);
}

export const group = (name: string, more: Record<string, string> = {}) => ({
  vg_name: name,
  vg_uuid: `uuid-of-${name}`,
  vg_size: '1022504337408',
  vg_free: '915126943744',
  vg_extent_size: '4194304',
  vg_attr: 'wz--n-',
  vg_missing_pv_count: '0',
  ...more,
});

export const physical = (name: string, vg: string, more: Record<string, string> = {}) => ({
  pv_name: name,
  pv_uuid: `uuid-of-${name}`,
  vg_name: vg,
  pv_size: '1022504337408',
  pv_free: '915126943744',
  pv_attr: 'a--',
  pv_allocatable: 'allocatable',
  pv_missing: '',
  pv_duplicate: '',
  ...more,
});

export const logical = (name: string, vg: string, more: Record<string, string> = {}) => ({
  lv_name: name,
  lv_uuid: `uuid-of-${name}`,
  vg_name: vg,
  lv_size: '107374182400',
  lv_attr: '-wi-ao----',
  lv_path: name.startsWith('[') ? '' : `/dev/${vg}/${name}`,
  lv_tags: '',
  pool_lv: '',
  segtype: 'linear',
  lv_role: 'public',
  ...more,
});

export const device = (name: string, type: string, size: number, more: Record<string, unknown> = {}) => ({
  name,
  kname: type === 'lvm' ? 'dm-0' : name,
  path: type === 'lvm' ? `/dev/mapper/${name}` : `/dev/${name}`,
  type,
  size,
  fstype: null,
  mountpoints: [null],
  rota: false,
  rm: false,
  ro: false,
  model: null,
  serial: null,
  wwn: null,
  tran: null,
  'maj:min': '8:0',
  ...more,
});

const disk = device('sda', 'disk', 1_024_209_543_168, {
  model: 'SAMSUNG MZ7L31T0',
  serial: 'S6ESNX0T123456 ',
  wwn: '0x5002538f00000001',
  tran: 'sata',
  children: [
    device('sda1', 'part', 1_127_219_200, { fstype: 'vfat', mountpoints: ['/boot/efi'] }),
    device('sda2', 'part', 2_147_483_648, { fstype: 'ext4', mountpoints: ['/boot'] }),
    device('sda3', 'part', 1_022_508_531_712, {
      fstype: 'LVM2_member',
      children: [device('ubuntu--vg-ubuntu--lv', 'lvm', 107_374_182_400, { fstype: 'ext4', mountpoints: ['/'] })],
    }),
  ],
});

const addresses = [
  {
    ifindex: 1,
    ifname: 'lo',
    flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
    mtu: 65536,
    operstate: 'UNKNOWN',
    link_type: 'loopback',
    address: '00:00:00:00:00:00',
    addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host', label: 'lo' }],
  },
  {
    ifindex: 2,
    ifname: 'enp1s0',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1500,
    operstate: 'UP',
    link_type: 'ether',
    address: '52:54:00:aa:bb:01',
    addr_info: [
      { family: 'inet6', local: 'fd00::106', prefixlen: 64, scope: 'global' },
      { family: 'inet', local: '192.168.1.106', prefixlen: 24, scope: 'global', dynamic: true, label: 'enp1s0' },
      { family: 'inet6', local: 'fe80::5054:ff:feaa:bb01', prefixlen: 64, scope: 'link' },
    ],
  },
  {},
  {
    ifindex: 3,
    ifname: 'enp2s0',
    flags: ['NO-CARRIER', 'BROADCAST', 'MULTICAST', 'UP'],
    mtu: 1500,
    operstate: 'DOWN',
    link_type: 'ether',
    address: '52:54:00:aa:bb:02',
    addr_info: [],
  },
  {
    ifindex: 4,
    ifname: 'bond0.20',
    link: 'bond0',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 9000,
    operstate: 'UP',
    link_type: 'ether',
    address: '52:54:00:aa:bb:03',
    linkinfo: { info_kind: 'vlan', info_data: { protocol: '802.1Q', id: 20 } },
    addr_info: [],
  },
];

const netplanText = 'network:\n  ethernets:\n    enp1s0:\n      dhcp4: true\n  version: 2\n';

/** A manager before its first day: everything answers. */
export const ubuntu: Recording = {
  clock: said('1763712000123\n'),
  'os-release': said(
    'PRETTY_NAME="Ubuntu 22.04.4 LTS"\nNAME="Ubuntu"\nVERSION_ID="22.04"\nVERSION="22.04.4 LTS (Jammy Jellyfish)"\nVERSION_CODENAME=jammy\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=jammy\n',
  ),
  uname: said('Linux 5.15.0-113-generic x86_64\n'),
  hostname: said('spot1\n'),
  'machine-id': said('0f1e2d3c4b5a69788796a5b4c3d2e1f0\n'),
  'boot-id': said('5cdf0cbb-5e0c-4e8a-8c3b-6f3d3c1a2b3c\n'),
  'product-uuid': said('4C4C4544-0042-3510-8052-B7C04F4A4231\n'),
  'initiator-name': said('## DO NOT EDIT OR REMOVE THIS FILE!\nInitiatorName=iqn.2004-10.com.ubuntu:01:1a2b3c4d5e6f\n'),
  'host-key': said('256 SHA256:fDZN/vRRWmj4EfKeJLp2vaDSF36gxaRhhGMYeVtYRFY root@spot1 (ED25519)\n'),
  virtualization: said('none\n', 1),
  cgroup: said('cgroup2fs\n'),
  processors: said('16\n'),
  cpuinfo: said(
    'model name\t: Intel(R) Xeon(R) Silver 4314 CPU @ 2.40GHz\nflags\t\t: fpu vme de sse4_2 avx avx2 aes\n',
  ),
  meminfo: said('MemTotal:       65808844 kB\nSwapTotal:       8388604 kB\n'),
  'kernel-modules': said('available vxlan\nloaded br_netfilter\nloaded overlay\navailable iscsi_tcp\n'),
  'security-modules': said('modules lockdown,capability,landlock,yama,apparmor\nenforcing \n'),
  'cgroup-controllers': said('cpuset cpu io memory hugetlb pids rdma misc\n'),
  'kernel-settings': said(
    'fs.inotify.max_user_instances 128\nfs.inotify.max_user_watches 524288\nfs.aio-max-nr 65536\nfs.aio-nr 0\n',
  ),
  services: said('multipathd\n'),
  firewall: said('Status: inactive\n'),
  'ssh-session': said('192.168.1.5 22\n'),
  multipath: said(
    'defaults {\n\tverbosity 2\n}\nblacklist {\n\tdevnode "!^(sd[a-z]|dasd[a-z]|nvme[0-9])"\n}\nblacklist_exceptions {\n\tproperty "(SCSI_IDENT_|ID_WWN)"\n}\n',
  ),
  proxies: said('PATH="/usr/local/sbin:/usr/local/bin:/usr/bin"\n'),
  addresses: json(addresses),
  routes: json([
    {
      dst: 'default',
      gateway: '192.168.1.1',
      dev: 'enp1s0',
      protocol: 'dhcp',
      prefsrc: '192.168.1.106',
      metric: 100,
      flags: [],
    },
    { dst: '192.168.1.0/24', dev: 'enp1s0', protocol: 'kernel', scope: 'link', prefsrc: '192.168.1.106', flags: [] },
    { type: 'unreachable', dst: '10.99.0.0/16', flags: [] },
  ]),
  'resolv-conf': said(
    '# This is /run/systemd/resolve/stub-resolv.conf\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n',
  ),
  'resolved-conf': said('nameserver 192.168.1.1\nnameserver 9.9.9.9\nnameserver 192.168.1.1\nsearch lan example.org\n'),
  netplan: said(`600 /etc/netplan/50-cloud-init.yaml ${Buffer.from(netplanText).toString('base64')}\n`),
  hosts: said('127.0.0.1 localhost\n127.0.1.1 spot1\n'),
  'cloud-init': said('present\n', 1),
  listeners: said(
    'LISTEN 0      4096   127.0.0.53%lo:53        0.0.0.0:*    users:(("systemd-resolve",pid=812,fd=14))                \nLISTEN 0      128          0.0.0.0:22        0.0.0.0:*    users:(("sshd",pid=901,fd=3))                           \nLISTEN 0      128             [::]:22           [::]:*    users:(("sshd",pid=901,fd=4))                           \nLISTEN 0      4096               *:16443            *:*\n',
  ),
  lsblk: json({
    blockdevices: [
      device('loop0', 'loop', 67_014_656, { mountpoints: ['/snap/core20/2318'], ro: true, fstype: 'squashfs' }),
      device('sr0', 'rom', 0),
      disk,
    ],
  }),
  vgs: report('vg', [group('ubuntu-vg')]),
  pvs: report('pv', [physical('/dev/sda3', 'ubuntu-vg')]),
  lvs: report('lv', [logical('ubuntu-lv', 'ubuntu-vg')]),
  df: said(
    'Filesystem                           1B-blocks        Avail Mounted on\n/dev/mapper/ubuntu--vg-ubuntu--lv 105089261568  91207000064 /\n/dev/mapper/ubuntu--vg-ubuntu--lv 105089261568  91207000064 /\n',
  ),
  'data-links': said(''),
  packages: said(
    'installed lvm2 2.03.11-2.1ubuntu4\nnot-installed open-iscsi \n',
    1,
    'dpkg-query: no packages found matching nfs-common\n',
  ),
  upgrades: said(
    'Inst base-files [12ubuntu4.6] (12ubuntu4.7 Ubuntu:22.04/jammy-updates [amd64])\nConf base-files (12ubuntu4.7 Ubuntu:22.04/jammy-updates [amd64])\nInst openssl [3.0.2] (3.0.3 Ubuntu:22.04/jammy-updates [amd64])\n',
  ),
  'reboot-required': said('no\n'),
  timedatectl: said('NTPSynchronized=yes\n'),
  'snap-version': said(
    'snap    2.63+22.04\nsnapd   2.63+22.04\nseries  16\nubuntu  22.04\nkernel  5.15.0-113-generic\n',
  ),
  'snap-microk8s': said('', 1, 'error: no matching snaps installed\n'),
  'microk8s-locks': said('', 2, "ls: cannot access '/var/snap/microk8s/current/var/lock': No such file or directory\n"),
  'microk8s-active': said('inactive\n', 3),
  'microk8s-certificates': said(''),
};
