import { describe, expect, it } from 'vitest';
import { networkFindings } from '../../source/network/findings.ts';
import { netplanDocument, netplanRefusals } from '../../source/network/netplan.ts';
import { face, facts, file, node, site } from './a-node.ts';
import { ownGenerator } from './generated.ts';
import { changeOf, machines, old, onlyTheAddressChanges, withMac } from './machines.ts';

const required = process.env['KLOUDSPOT_REQUIRE'] === 'all';

describe('what a netplan file says beside the address', () => {
  it.each(Object.entries(machines))('%s: preflight has nothing against it', (_, machine) => {
    const { one, seen } = changeOf(machine);
    const findings = networkFindings(
      site([one], { virtualAddress: undefined, gateway: machine.gateway }),
      new Map([[one.name, seen]]),
    );
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

  it.each([
    ['the interface is defined by another file', 'network: {version: 2, ethernets: {ens18: {dhcp4: true}}}'],
    ['no file defines the interface, as on a desktop', undefined],
  ])('NetworkManager for all in a file of its own is refused: %s', (_, text) => {
    const all = '/etc/netplan/01-network-manager-all.yaml';
    const netplan = [
      file(all, 'network:\n  version: 2\n  renderer: NetworkManager\n'),
      ...(text === undefined ? [] : [file(old, text)]),
    ];
    const one = node();
    const seen = facts(one.name, { netplan });
    expect(netplanRefusals(one, seen)).toEqual([`${all}: renderer: NetworkManager`]);
    expect(netplanDocument(site([one]), one, seen)).toBeUndefined();
  });

  it('several refused keys of one node are one failure that names them all', () => {
    const netplan = [
      file('/etc/netplan/01-network-manager-all.yaml', 'network: {version: 2, renderer: NetworkManager}'),
      file(
        '/etc/netplan/90-NM-6a.yaml',
        'network: {ethernets: {ens18: {renderer: NetworkManager, dhcp4: true, networkmanager: {uuid: "6a"}}}}',
      ),
    ];
    const one = node();
    const found = networkFindings(site([one]), new Map([[one.name, facts(one.name, { netplan })]]));
    const failures = found.filter(({ check }) => check === 'netplan-files').map(({ reason }) => reason);
    expect(failures).toEqual([
      expect.stringMatching(/01-network-manager-all.*; .*ens18\.renderer.*; .*ens18\.networkmanager/),
    ]);
  });

  it('a route whose gateway is reached no more from the new subnet is refused by its key', () => {
    const { change, one, seen } = changeOf({
      text: `network: {version: 2, ethernets: {eth1: {addresses: [10.0.4.87/24], routes: [{to: default, via: 10.0.4.1}, {to: 10.20.0.0/16, via: 10.0.4.254}]}}}`,
      interfaces: [face('eth1', '10.0.4.87/24')],
      unit: 'eth1',
      wanted: '10.8.0.22/24',
      gateway: '10.8.0.1',
      holds: [],
    });
    expect(change).toBeUndefined();
    expect(netplanRefusals(one, seen)).toEqual([
      expect.stringContaining('ethernets.eth1.routes: 10.20.0.0/16 via 10.0.4.254'),
    ]);
  });

  it('a default route goes with its subnet, and on the link it stays', () => {
    const moved = (routes: string, gateway?: string) =>
      changeOf({
        text: `network: {version: 2, ethernets: {eth1: {addresses: [10.0.4.87/24], routes: [${routes}]}}}`,
        interfaces: [face('eth1', '10.0.4.87/24')],
        unit: 'eth1',
        wanted: '10.8.0.22/24',
        ...(gateway === undefined ? {} : { gateway }),
        holds: [],
      }).change?.content;
    expect(moved('{to: default, via: 10.0.4.1, metric: 7}', '10.8.0.1')).toMatch(
      /metric: 7\n +to: default\n +via: 10\.8\.0\.1|to: default\n +via: 10\.8\.0\.1\n +metric: 7/,
    );
    expect(moved('{to: default, via: 10.0.4.1}')).not.toContain('via: ');
    expect(moved('{to: default, via: 10.0.4.1, on-link: true}')).toContain('via: 10.0.4.1');
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

const generate = ownGenerator();
describe.skipIf(generate === undefined && !required)(
  'netplan itself, before and after (skipped where it is not installed)',
  () => {
    it.each(Object.entries(machines))('%s: only the address changes', (_, machine) =>
      onlyTheAddressChanges(generate ?? expect.fail('netplan is not installed'), machine),
    );
  },
);
