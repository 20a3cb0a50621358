import { basename } from 'node:path';
import { expect } from 'vitest';
import type { InterfaceFacts, NetworkFacts } from '../../source/facts/facts.ts';
import { netplanDocument } from '../../source/network/netplan.ts';
import { face, facts, file, node, site } from './a-node.ts';
import type { Generate } from './generated.ts';

export interface Machine {
  readonly text: string;
  readonly interfaces: readonly InterfaceFacts[];
  readonly routes?: NetworkFacts['routes'];
  /** The unit that carries the address. */
  readonly unit: string;
  readonly wanted?: string;
  readonly reach?: string;
  /** Of the site. */
  readonly gateway?: string;
  /** Lines that must stand in that unit afterwards. */
  readonly holds: readonly string[];
}

export const withMac = (one: InterfaceFacts, mac: string, kind = one.kind): InterfaceFacts => ({ ...one, mac, kind });

/** As MAAS, cloud-init and hosting companies write them. */
export const machines: Readonly<Record<string, Machine>> = {
  'a bond whose members are matched by MAC; it has the MAC of the first': {
    text: `network:
  version: 2
  ethernets:
    eno1: {match: {macaddress: "0c:42:a1:00:00:11"}, mtu: 1500, set-name: eno1}
    eno2: {match: {macaddress: "0c:42:a1:00:00:12"}, mtu: 1500, set-name: eno2}
  bonds:
    bond0:
      dhcp4: true
      interfaces: [eno1, eno2]
      macaddress: "0c:42:a1:00:00:11"
      mtu: 1500
      parameters: {lacp-rate: fast, mii-monitor-interval: 100, mode: 802.3ad, transmit-hash-policy: layer3+4}
`,
    interfaces: [
      withMac(face('eno1'), '0c:42:a1:00:00:11'),
      withMac(face('eno2'), '0c:42:a1:00:00:12'),
      withMac(face('bond0', '10.0.4.87/24d'), '0c:42:a1:00:00:11', 'bond'),
    ],
    unit: 'bond0',
    holds: ['Address=10.0.4.22/24', 'Gateway=10.0.4.1'],
  },
  'a VLAN whose link is matched by MAC': {
    text: `network:
  version: 2
  ethernets:
    enp3s0: {match: {macaddress: "52:54:00:aa:00:01"}, set-name: enp3s0}
  vlans:
    enp3s0.40: {id: 40, link: enp3s0, addresses: [10.0.4.87/24], routes: [{to: default, via: 10.0.4.1}]}
`,
    interfaces: [
      withMac(face('enp3s0'), '52:54:00:aa:00:01'),
      withMac(face('enp3s0.40', '10.0.4.87/24'), '52:54:00:aa:00:01', 'vlan'),
    ],
    unit: 'enp3s0.40',
    holds: ['Address=10.0.4.22/24', 'Gateway=10.0.4.1'],
  },
  'a bridge over a NIC': {
    text: `network:
  version: 2
  ethernets:
    eno1: {match: {macaddress: "52:54:00:aa:00:05"}, set-name: eno1}
  bridges:
    br0: {interfaces: [eno1], addresses: [10.0.4.87/24], routes: [{to: default, via: 10.0.4.1, metric: 50}], parameters: {stp: false}}
`,
    interfaces: [
      withMac(face('eno1'), '52:54:00:aa:00:05'),
      withMac(face('br0', '10.0.4.87/24'), '52:54:00:aa:00:05', 'bridge'),
    ],
    unit: 'br0',
    holds: ['Address=10.0.4.22/24', 'Gateway=10.0.4.1', 'Metric=50'],
  },
  'a second NIC with a metric, a table and a policy': {
    text: `network:
  version: 2
  ethernets:
    eth0:
      addresses: [198.51.100.7/24]
      routes: [{to: default, via: 198.51.100.1, metric: 100}]
    eth1:
      dhcp4: true
      dhcp4-overrides: {route-metric: 300}
      routes:
        - {to: default, via: 10.0.4.1, table: 101}
        - {to: 10.0.4.0/24, scope: link, table: 101}
      routing-policy: [{from: 10.0.4.0/24, table: 101, priority: 100}]
`,
    interfaces: [face('eth0', '198.51.100.7/24'), face('eth1', '10.0.4.87/24d')],
    routes: [
      { to: 'default', via: '198.51.100.1', device: 'eth0' },
      { to: 'default', via: '10.0.4.1', device: 'eth1' },
    ],
    unit: 'eth1',
    holds: ['Address=10.0.4.22/24', 'Metric=300', 'Table=101', 'From=10.0.4.0/24', 'Priority=100'],
  },
  'a /32 with a gateway on the link': {
    text: `network:
  version: 2
  ethernets:
    eth0: {addresses: [203.0.113.5/32], routes: [{to: 0.0.0.0/0, via: 172.31.1.1, on-link: true}]}
`,
    interfaces: [face('eth0', '203.0.113.5/32')],
    routes: [{ to: 'default', via: '172.31.1.1', device: 'eth0' }],
    unit: 'eth0',
    wanted: '203.0.113.6/32',
    reach: '203.0.113.5',
    holds: ['Address=203.0.113.6/32', 'Gateway=172.31.1.1', 'GatewayOnLink=true'],
  },
  'two default routes, of which the one in the subnet of the address changes': {
    text: `network:
  version: 2
  ethernets:
    eno1:
      addresses: [192.0.2.10/24, 10.0.4.87/24]
      routes: [{to: default, via: 192.0.2.1, metric: 100}, {to: default, via: 10.0.4.254, metric: 200}]
`,
    interfaces: [face('eno1', '192.0.2.10/24', '10.0.4.87/24')],
    gateway: '10.0.4.1',
    routes: [{ to: 'default', via: '192.0.2.1', device: 'eno1' }],
    unit: 'eno1',
    holds: [
      'Address=192.0.2.10/24',
      'Address=10.0.4.22/24',
      'Gateway=192.0.2.1',
      'Metric=100',
      'Gateway=10.0.4.1',
      'Metric=200',
    ],
  },
  'a bond above its members, with name servers': {
    text: `network:
  version: 2
  ethernets:
    eno1: {dhcp4: false}
    eno2: {dhcp4: false}
    eno3: {dhcp4: false}
  bonds:
    bond0: {interfaces: [eno1], addresses: [10.0.4.87/24], routes: [{to: default, via: 10.0.4.1}]}
    bond1: {interfaces: [eno2, eno3], addresses: [172.16.0.2/24], nameservers: {addresses: [172.16.0.1], search: [lan]}}
`,
    interfaces: [
      face('eno1'),
      face('eno2'),
      face('eno3'),
      withMac(face('bond0', '10.0.4.87/24'), '0c:42:a1:00:00:11', 'bond'),
      withMac(face('bond1', '172.16.0.2/24'), '0c:42:a1:00:00:12', 'bond'),
    ],
    unit: 'bond0',
    holds: ['Address=10.0.4.22/24', 'Gateway=10.0.4.1'],
  },
  'a key that is given twice': {
    text: 'network:\n  version: 2\n  ethernets:\n    ens18:\n      dhcp4: false\n      addresses: [10.0.4.87/24]\n      routes: [{to: default, via: 10.0.4.1}]\n      dhcp4: false\n',
    interfaces: [face('ens18', '10.0.4.87/24')],
    unit: 'ens18',
    holds: ['Address=10.0.4.22/24', 'Gateway=10.0.4.1'],
  },
  'a section that is given twice': {
    text: 'network:\n  version: 2\n  ethernets:\n    ens18:\n      dhcp4: true\n  ethernets:\n    ens19:\n      dhcp4: no\n      addresses: [172.16.0.12/24]\n',
    interfaces: [face('ens18', '10.0.4.87/24d'), face('ens19', '172.16.0.12/24')],
    unit: 'ens18',
    holds: ['Address=10.0.4.22/24', 'Gateway=10.0.4.1'],
  },
};

export const old = '/etc/netplan/50-cloud-init.yaml';

export function changeOf(machine: Machine) {
  const { text, interfaces, routes, unit, wanted = '10.0.4.22/24', reach = '10.0.4.87', gateway } = machine;
  const one = node({ reach, network: { mode: 'static', address: wanted } });
  const network = {
    interfaces: [face('lo', '127.0.0.1/8'), ...interfaces],
    routes: routes ?? [{ to: 'default', via: '10.0.4.1', device: unit }],
    netplan: [file(old, text)],
  };
  return {
    one,
    seen: facts(one.name, network, reach),
    change: netplanDocument(site([one], { gateway }), one, facts(one.name, network, reach)),
  };
}

/** The units of networkd that netplan makes of a file. */
function units(generate: Generate, name: string, text: string): ReadonlyMap<string, readonly string[]> {
  const made = generate(name, text) ?? new Map<string, readonly string[]>();
  const own = [...made].filter(([path]) => path.startsWith('systemd/network/'));
  return new Map(own.map(([path, lines]) => [path.replace('systemd/network/10-netplan-', ''), lines]));
}

/** Sections of a unit without what the change is about: the address, DHCP, the default route, name servers. */
function rest(lines: readonly string[]): string[] {
  const sections = lines.join('\n').split(/\n(?=\[)/);
  const own = sections.filter(
    (section) => !/^\[DHCP|^\[Route\]\n(?=[^[]*Destination=0\.0\.0\.0\/0)(?![^[]*Table=)/.test(section),
  );
  const kept = own
    .flatMap((section) => section.split('\n'))
    .filter((line) => !/^(Address|DHCP|Gateway|DNS|Domains)=/.test(line.trim()));
  return kept.filter((line) => line !== '').toSorted();
}

/** Of what this netplan makes of the machine's file and of ours only the wanted address differs. */
export function onlyTheAddressChanges(generate: Generate, machine: Machine): void {
  const { change } = changeOf(machine);
  const before = units(generate, basename(old), machine.text);
  const after = units(generate, '60-kloudspot.yaml', change?.content ?? '');
  expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
  for (const [name, lines] of before) {
    if (name === `${machine.unit}.network`) continue;
    expect([name, after.get(name)]).toEqual([name, lines]);
  }
  const unit = after.get(`${machine.unit}.network`) ?? [];
  for (const line of machine.holds) expect(unit).toContain(line);
  expect(rest(unit)).toEqual(rest(before.get(`${machine.unit}.network`) ?? []));
}
