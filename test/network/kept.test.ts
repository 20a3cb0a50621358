import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { InterfaceFacts, NetworkFacts } from '../../source/facts/facts.ts';
import { networkFindings } from '../../source/network/findings.ts';
import { netplanDocument, netplanRefusals } from '../../source/network/netplan.ts';
import { definitionsIn } from '../../source/network/netplan-files.ts';
import { face, facts, file, node, site } from './a-node.ts';

const netplan = ['/usr/sbin/netplan', '/usr/bin/netplan'].find((path) => spawnSync(path, ['info']).status === 0);
const required = process.env['KLOUDSPOT_REQUIRE'] === 'all';

interface Machine {
  readonly text: string;
  readonly interfaces: readonly InterfaceFacts[];
  readonly routes?: NetworkFacts['routes'];
  /** The unit that carries the address. */
  readonly unit: string;
  readonly wanted?: string;
  readonly reach?: string;
  /** Lines that must stand in that unit afterwards. */
  readonly holds: readonly string[];
}

const withMac = (one: InterfaceFacts, mac: string, kind = one.kind): InterfaceFacts => ({ ...one, mac, kind });

/** As MAAS, cloud-init and hosting companies write them. */
const machines: Readonly<Record<string, Machine>> = {
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

const old = '/etc/netplan/50-cloud-init.yaml';

function changeOf({ text, interfaces, routes, unit, wanted = '10.0.4.22/24', reach = '10.0.4.87' }: Machine) {
  const one = node({ reach, network: { mode: 'static', address: wanted } });
  const network = {
    interfaces: [face('lo', '127.0.0.1/8'), ...interfaces],
    routes: routes ?? [{ to: 'default', via: '10.0.4.1', device: unit }],
    netplan: [file(old, text)],
  };
  return {
    one,
    seen: facts(one.name, network, reach),
    change: netplanDocument(site([one]), one, facts(one.name, network, reach)),
  };
}

describe('what a netplan file says beside the address', () => {
  it.each(Object.entries(machines))('%s: preflight has nothing against it', (_, machine) => {
    const { one, seen } = changeOf(machine);
    const findings = networkFindings(site([one], { virtualAddress: undefined }), new Map([[one.name, seen]]));
    expect(findings.filter(({ grade }) => grade !== 'pass')).toEqual([]);
  });

  it.each([
    [
      'NetworkManager for the interface',
      'network: {ethernets: {ens18: {renderer: NetworkManager, dhcp4: true, networkmanager: {uuid: "6a"}}}}',
      'ethernets.ens18.renderer: NetworkManager',
    ],
    [
      'NetworkManager for all',
      'network: {renderer: NetworkManager, ethernets: {ens18: {dhcp4: true}}}',
      'renderer: NetworkManager',
    ],
    [
      'a section that holds no definitions',
      'network: {openvswitch: {ports: [[a, b]]}, ethernets: {ens18: {dhcp4: true}}}',
      'openvswitch',
    ],
  ])('%s is refused by its key, and nothing is planned', (_, text, key) => {
    const { one, seen, change } = changeOf({
      text,
      interfaces: [face('ens18', '10.0.4.87/24d')],
      unit: 'ens18',
      holds: [],
    });
    expect(change).toBeUndefined();
    expect(netplanRefusals(one, seen).join()).toContain(`${old}: ${key}`);
    const [finding] = networkFindings(site([one]), new Map([[one.name, seen]])).filter(
      ({ check }) => check === 'netplan-files',
    );
    expect(finding).toMatchObject({ grade: 'fail', reason: expect.stringContaining(key), advice: expect.any(String) });
  });

  it('a bond that netplan does not define is refused', () => {
    const bond = withMac(face('bond0', '10.0.4.87/24'), '0c:42:a1:00:00:11', 'bond');
    const { change, one, seen } = changeOf({
      text: 'network: {version: 2}',
      interfaces: [bond],
      unit: 'bond0',
      holds: [],
    });
    expect(change).toBeUndefined();
    expect(netplanRefusals(one, seen)).toEqual(['bond0 is a bond that no netplan file defines']);
  });
});

describe.skipIf(netplan === undefined && !required)(
  'netplan itself, before and after (skipped where it is not installed)',
  () => {
    const folders: string[] = [];
    afterEach(() => {
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
    });

    /** The units of networkd that netplan makes of a file. */
    function units(name: string, text: string): ReadonlyMap<string, readonly string[]> {
      const folder = mkdtempSync(join(tmpdir(), 'netplan-'));
      folders.push(folder);
      mkdirSync(join(folder, 'etc/netplan'), { recursive: true });
      writeFileSync(join(folder, 'etc/netplan', name), text, { mode: 0o600 });
      execFileSync(netplan ?? 'netplan', ['generate', '--root-dir', folder], { stdio: 'pipe' });
      const made = join(folder, 'run/systemd/network');
      const files = existsSync(made) ? readdirSync(made) : [];
      return new Map(
        files.map((one) => [one.replace('10-netplan-', ''), readFileSync(join(made, one), 'utf8').trim().split('\n')]),
      );
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

    it.each(Object.entries(machines))('%s: only the address changes', (_, machine) => {
      const { change } = changeOf(machine);
      const before = units(basename(old), machine.text);
      const after = units('60-kloudspot.yaml', change?.content ?? '');
      expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
      for (const [name, lines] of before) {
        if (name === `${machine.unit}.network`) continue;
        expect([name, after.get(name)]).toEqual([name, lines]);
      }
      const unit = after.get(`${machine.unit}.network`) ?? [];
      for (const line of machine.holds) expect(unit).toContain(line);
      expect(rest(unit)).toEqual(rest(before.get(`${machine.unit}.network`) ?? []));
    });

    const examples = '/usr/share/doc/netplan/examples';
    const found = existsSync(examples) ? readdirSync(examples).filter((one) => one.endsWith('.yaml')) : [];

    it.skipIf(found.length === 0)(
      "of netplan's own examples, every other unit stays as it is, or the change is refused by name",
      () => {
        const outcomes = found.map((name) => {
          const text = readFileSync(join(examples, name), 'utf8');
          const definitions = definitionsIn(file(old, text)) ?? [];
          const target = definitions.find(
            ({ kind, settings }) =>
              ['ethernets', 'bonds', 'bridges', 'vlans'].includes(kind) && (settings['dhcp4'] || settings['addresses']),
          );
          if (target === undefined) return `${name}: no interface with an address`;
          const kind = { ethernets: 'ether', bonds: 'bond', bridges: 'bridge' }[target.kind] ?? 'vlan';
          const { match } = target.settings;
          const own = parse(JSON.stringify(match ?? {}));
          const interfaceName =
            target.settings['set-name'] ?? (own.name && !/[*?[]/.test(own.name) ? own.name : target.id);
          const carrier = {
            ...face(String(interfaceName), '10.0.4.87/24d'),
            kind,
            ...(own.macaddress ? { mac: own.macaddress } : {}),
          };
          const { change, one, seen } = changeOf({ text, interfaces: [carrier], unit: carrier.name, holds: [] });
          const refusals = netplanRefusals(one, seen);
          if (refusals.length > 0) return `${name}: refused`;
          let before: ReturnType<typeof units>;
          try {
            before = units(basename(old), text);
          } catch {
            return `${name}: refused by this netplan`;
          }
          if (change === undefined) return `${name}: nothing to change`;
          const after = units('60-kloudspot.yaml', change.content);
          for (const [unit, lines] of before)
            if (unit !== `${target.id}.network`) expect([name, unit, after.get(unit)]).toEqual([name, unit, lines]);
          expect([name, after.get(`${target.id}.network`)]).toEqual([
            name,
            expect.arrayContaining(['Address=10.0.4.22/24']),
          ]);
          return `${name}: kept`;
        });
        expect(outcomes.filter((one) => one.endsWith(': kept')).length).toBeGreaterThan(10);
      },
    );
  },
);
