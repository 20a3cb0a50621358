import type { InterfaceFacts, NetworkFacts, NodeFacts } from '../../source/facts/facts.ts';
import type { Site, SiteNode } from '../../source/site/schema.ts';
import { siteSchema } from '../../source/site/schema.ts';

export function face(name: string, ...addresses: readonly string[]): InterfaceFacts {
  return {
    name,
    mac: `52:54:00:00:00:${String(name.length + name.charCodeAt(name.length - 1))
      .padStart(2, '0')
      .slice(-2)}`,
    mtu: 1500,
    up: true,
    kind: name === 'lo' ? 'loopback' : 'ether',
    addresses: addresses.map((text) => {
      const [address = '', rest = '24'] = text.split('/');
      return { address, prefix: Number.parseInt(rest, 10), dynamic: rest.endsWith('d') };
    }),
  };
}

/** One interface with an address from DHCP, the installer's netplan file, cloud-init there. A `d` behind a prefix: dynamic. */
export function facts(node: string, network: Partial<NetworkFacts> = {}, address = '10.0.4.87'): NodeFacts {
  return {
    node,
    seenAt: '2026-11-21T10:00:00.000Z',
    access: { user: 'ubuntu', sudo: 'free', address },
    network: {
      interfaces: [face('lo', '127.0.0.1/8'), face('ens18', '10.0.4.87/24d')],
      routes: [{ to: 'default', via: '10.0.4.1', device: 'ens18' }],
      nameservers: ['10.0.4.1'],
      search: ['acme.eu'],
      netplan: [
        file(
          '/etc/netplan/00-installer-config.yaml',
          'network:\n  ethernets:\n    ens18:\n      dhcp4: true\n  version: 2\n',
        ),
      ],
      hostsFile: '127.0.0.1 localhost\n127.0.1.1 ks-2\n',
      cloudInitNetworkDisabled: false,
      cloudInitPresent: true,
      listeners: [],
      ...network,
    },
    problems: {},
  };
}

export function file(path: string, content: string): NetworkFacts['netplan'][number] {
  return { path, mode: '600', content };
}

export function node(more: Partial<SiteNode> = {}): SiteNode {
  return {
    name: 'ks-2',
    reach: '10.0.4.87',
    role: 'manager',
    network: { mode: 'static', address: '10.0.4.22/24' },
    ...more,
  };
}

export function site(nodes: readonly SiteNode[] = [node()], network: Partial<Site['network']> = {}): Site {
  return siteSchema.parse({
    version: 1,
    name: 'berlin',
    nodes,
    network: { virtualAddress: '10.0.4.30', ...network },
    customer: { dnsName: 'spot.acme.eu', reference: 'acme' },
  });
}
