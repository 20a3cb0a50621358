import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { NetworkFacts } from '../../source/facts/facts.ts';
import { netplanDocument } from '../../source/network/netplan.ts';
import type { Site, SiteNode } from '../../source/site/schema.ts';
import { face, facts, file, node, site } from './a-node.ts';

function changeOf(network: Partial<NetworkFacts> = {}, one: SiteNode = node(), whole: Partial<Site['network']> = {}) {
  return netplanDocument(site([one], whole), one, facts(one.name, network));
}

function settingsOf(network: Partial<NetworkFacts>, one: SiteNode = node()) {
  return parse(changeOf(network, one)?.content ?? '').network;
}

/** netplan files as installers and people write them, each with what must become of it. */
const bond = `network:
  version: 2
  ethernets:
    ens18: {}
    ens19: {}
    ens20: {dhcp4: true, optional: yes}
  bonds:
    bond0:
      interfaces: [ens18, ens19]
      dhcp4: true
      parameters: {mode: active-backup}
  vlans:
    bond0.7: {id: 7, link: bond0, addresses: [172.16.7.2/24]}
`;
const byMac = `network:
  version: 2
  ethernets:
    id0:
      match: {macaddress: "${face('ens18').mac.toUpperCase()}"}
      set-name: ens18
      addresses: [10.0.4.87/24, "fd00::87/64", 192.168.9.1/24]
      gateway4: 10.0.4.1
      routes: [{to: 0.0.0.0/0, via: 10.0.4.1}, {to: 10.9.0.0/16, via: 10.0.4.2}]
      mtu: 9000
`;
const pattern = 'network:\n  ethernets:\n    all:\n      match: {name: "en*"}\n      dhcp4: true\n';
const otherNic = 'network:\n  ethernets:\n    ens19:\n      addresses: [172.16.0.2/24]\n';

describe('the netplan file of a static address', () => {
  it('takes the place of DHCP, with gateway, name servers and search domains', () => {
    const change = changeOf();
    expect(change).toMatchObject({
      path: '/etc/netplan/60-kloudspot.yaml',
      aside: ['/etc/netplan/00-installer-config.yaml'],
    });
    expect(change?.content).toBe(
      [
        '# The static address of ks-2, written by kloudspot from site.yaml.',
        '# It takes the place of the files that configured the same interface before.',
        '',
        'network:',
        '  version: 2',
        '  renderer: networkd',
        '  ethernets:',
        '    # carries the address of the cluster',
        '    ens18:',
        '      dhcp4: false',
        '      addresses:',
        '        - 10.0.4.22/24',
        '      routes:',
        '        - to: default',
        '          via: 10.0.4.1',
        '      nameservers:',
        '        addresses:',
        '          - 10.0.4.1',
        '        search:',
        '          - acme.eu',
        '',
      ].join('\n'),
    );
  });

  it('takes what the site says before what the node has, and what the node says before the site', () => {
    const own = node({ network: { mode: 'static', address: '10.0.4.22/24', gateway: '10.0.4.3', search: ['x.eu'] } });
    const change = changeOf({}, own, { gateway: '10.0.4.2', nameservers: ['8.8.8.8'], search: ['y.eu'] });
    expect(parse(change?.content ?? '').network.ethernets.ens18).toEqual({
      dhcp4: false,
      addresses: ['10.0.4.22/24'],
      routes: [{ to: 'default', via: '10.0.4.3' }],
      nameservers: { addresses: ['8.8.8.8'], search: ['x.eu'] },
    });
  });

  it('keeps a bond, its members, the VLAN on it and other interfaces of the same file', () => {
    const network = settingsOf({
      interfaces: [face('ens18'), face('ens19'), face('ens20'), { ...face('bond0', '10.0.4.87/24d'), kind: 'bond' }],
      routes: [{ to: 'default', via: '10.0.4.1', device: 'bond0' }],
      netplan: [file('/etc/netplan/00-installer-config.yaml', bond)],
    });
    expect(network.bonds.bond0).toMatchObject({
      dhcp4: false,
      addresses: ['10.0.4.22/24'],
      interfaces: ['ens18', 'ens19'],
      parameters: { mode: 'active-backup' },
    });
    expect(network.vlans['bond0.7']).toEqual({ id: 7, link: 'bond0', addresses: ['172.16.7.2/24'] });
    expect(network.ethernets).toEqual({ ens18: {}, ens19: {}, ens20: { dhcp4: true, optional: 'yes' } });
  });

  it('keeps a match by MAC, addresses of other networks and of IPv6, other routes and the MTU', () => {
    const network = settingsOf({
      interfaces: [face('ens18', '10.0.4.87/24')],
      netplan: [file('/etc/netplan/50-cloud-init.yaml', byMac)],
    });
    expect(Object.keys(network.ethernets)).toEqual(['id0']);
    expect(network.ethernets.id0).toEqual({
      match: { macaddress: face('ens18').mac.toUpperCase() },
      'set-name': 'ens18',
      dhcp4: false,
      addresses: ['10.0.4.22/24', 'fd00::87/64', '192.168.9.1/24'],
      routes: [
        { to: 'default', via: '10.0.4.1' },
        { to: '10.9.0.0/16', via: '10.0.4.2' },
      ],
      nameservers: { addresses: ['10.0.4.1'], search: ['acme.eu'] },
      mtu: 9000,
    });
  });

  it('gives the other interfaces of a pattern definitions of their own', () => {
    const network = settingsOf({
      interfaces: [face('ens18', '10.0.4.87/24d'), face('ens19', '10.0.5.9/24d'), face('wlp3', '10.0.6.1/24d')],
      netplan: [file('/etc/netplan/all.yaml', pattern)],
    });
    expect(network.ethernets.ens18).toMatchObject({ dhcp4: false, addresses: ['10.0.4.22/24'] });
    expect(network.ethernets.ens18.match).toBeUndefined();
    expect(network.ethernets.ens19).toEqual({ dhcp4: true });
    expect(Object.keys(network.ethernets)).toEqual(['ens18', 'ens19']);
  });

  it('leaves files about other interfaces, and files outside /etc/netplan, where they are', () => {
    const installer = '/etc/netplan/00-installer-config.yaml';
    const change = changeOf({
      netplan: [
        file(installer, 'network: {ethernets: {ens18: {dhcp4: true}}}'),
        file('/etc/netplan/70-storage.yaml', otherNic),
        file('/run/netplan/90-ens18.yaml', 'network: {ethernets: {ens18: {dhcp4: true}}}'),
      ],
    });
    expect(change?.aside).toEqual([installer]);
    expect(change?.content).not.toContain('ens19');
  });

  it('says the MTU that DHCP gave until now', () => {
    const network = settingsOf({ interfaces: [{ ...face('ens18', '10.0.4.87/24d'), mtu: 9000 }], netplan: [] });
    expect(network.ethernets.ens18.mtu).toBe(9000);
  });

  it('takes the interface that the site names', () => {
    const own = node({ network: { mode: 'static', address: '10.0.4.22/24', interface: 'ens19' } });
    const network = settingsOf({ interfaces: [face('ens18', '10.0.4.87/24d'), face('ens19')] }, own);
    expect(Object.keys(network.ethernets)).toEqual(['ens19']);
  });
});

describe('nothing to write', () => {
  it.each([
    ['DHCP is kept', node({ network: { mode: 'dhcp' } }), {}],
    ['nothing is said', node({ network: undefined }), {}],
    ['the interface is not there', node({ network: { mode: 'static', address: '10.0.4.22/24', interface: 'x' } }), {}],
  ])('%s', (_name, one, network) => {
    expect(changeOf(network, { ...one })).toBeUndefined();
  });

  it('all is as wanted, whatever wrote it', () => {
    const settled = 'network: {ethernets: {ens18: {addresses: [10.0.4.22/24], gateway4: 10.0.4.1}}}';
    const network = { interfaces: [face('ens18', '10.0.4.22/24')], nameservers: [], search: [] };
    const there = node({ reach: '10.0.4.22' });
    expect(changeOf({ ...network, netplan: [file('/etc/netplan/1.yaml', settled)] }, there)).toBeUndefined();
    expect(changeOf({ ...network, netplan: [] }, there)).toBeDefined();
    const both = [file('/etc/netplan/1.yaml', settled), file('/etc/netplan/2.yaml', settled.replace('.22/', '.23/'))];
    expect(changeOf({ ...network, netplan: both }, there)).toBeDefined();
    const dynamic = { ...network, interfaces: [face('ens18', '10.0.4.22/24d')] };
    expect(changeOf({ ...dynamic, netplan: [file('/etc/netplan/1.yaml', settled)] }, there)).toBeDefined();
  });

  it('our own file stands there already and is in force', () => {
    const first = changeOf();
    const then = {
      interfaces: [face('ens18', '10.0.4.22/24')],
      netplan: [file('/etc/netplan/60-kloudspot.yaml', first?.content ?? '')],
    };
    expect(changeOf(then, node({ reach: '10.0.4.22' }))).toBeUndefined();
  });
});

const octet = fc.integer({ min: 1, max: 254 });
const anyNode = fc
  .record({
    host: octet,
    prefix: fc.constantFrom(16, 22, 24),
    gateway: octet,
    old: fc.constantFrom(bond, byMac, pattern, otherNic, '', 'a: ['),
  })
  .map(({ host, prefix, gateway, old }) => ({
    one: node({ network: { mode: 'static', address: `10.0.4.${host}/${prefix}`, gateway: `10.0.4.${gateway}` } }),
    network: { netplan: [file('/etc/netplan/00-installer-config.yaml', old)] },
  }));

describe('every netplan file', () => {
  it('reads back as the address that was wanted and is written once only', () => {
    fc.assert(
      fc.property(anyNode, ({ one, network }) => {
        const change = changeOf(network, one);
        const { ethernets } = parse(change?.content ?? '', { version: '1.1' }).network;
        const mine = Object.values<{ addresses?: string[]; dhcp4?: unknown }>(ethernets).filter(({ addresses }) =>
          addresses?.includes(one.network?.address ?? ''),
        );
        expect(mine).toHaveLength(1);
        expect(mine[0]?.dhcp4).toBe(false);
        const after = { netplan: [file('/etc/netplan/60-kloudspot.yaml', change?.content ?? '')] };
        expect(changeOf(after, one)?.content).toBe(change?.content);
      }),
      { numRuns: 50 },
    );
  });
});

const netplan = ['/usr/sbin/netplan', '/usr/bin/netplan'].find((path) => spawnSync(path, ['info']).status === 0);
const required = process.env['KLOUDSPOT_REQUIRE'] === 'all';

describe.skipIf(netplan === undefined && !required)('netplan itself (skipped where it is not installed)', () => {
  let folder = '';
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['the installer’s file', [face('ens18', '10.0.4.87/24d')], 'network: {ethernets: {ens18: {dhcp4: true}}}', 'ens18'],
    ['a match by MAC', [face('ens18', '10.0.4.87/24')], byMac, 'id0'],
    ['a bond', [face('ens18'), face('ens19'), { ...face('bond0', '10.0.4.87/24d'), kind: 'bond' }], bond, 'bond0'],
    ['no file', [face('ens18', '10.0.4.87/24d')], '', 'ens18'],
  ])('accepts and generates the address from %s', (_name, interfaces, old, id) => {
    folder = mkdtempSync(join(tmpdir(), 'netplan-'));
    mkdirSync(join(folder, 'etc/netplan'), { recursive: true });
    const routes = [{ to: 'default', via: '10.0.4.1', device: id === 'bond0' ? id : 'ens18' }];
    const change = changeOf({ interfaces, routes, netplan: [file('/etc/netplan/00-installer-config.yaml', old)] });
    writeFileSync(join(folder, change?.path ?? ''), change?.content ?? '', { mode: 0o600 });
    execFileSync(netplan ?? 'netplan', ['generate', '--root-dir', folder], { stdio: 'pipe' });
    const generated = join(folder, 'run/systemd/network');
    expect(readdirSync(generated)).toContain(`10-netplan-${id}.network`);
    const unit = readFileSync(join(generated, `10-netplan-${id}.network`), 'utf8');
    expect(unit).toContain('Address=10.0.4.22/24');
    expect(unit).toContain('Gateway=10.0.4.1');
    expect(unit).not.toContain('10.0.4.87');
  });
});
