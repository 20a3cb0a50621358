import * as z from 'zod';
import { defined } from '../text/defined.ts';
import { cloudInitSection } from './cloud-init.ts';
import { asIs, json, read, readIfAny, type Sections, section } from './section.ts';

export interface InterfaceFacts {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
  /** `ether`, `loopback`, `bridge`, `vlan`, `bond`, … */
  readonly kind: string;
  readonly addresses: readonly { readonly address: string; readonly prefix: number; readonly dynamic: boolean }[];
}

export interface NetworkFacts {
  readonly interfaces: readonly InterfaceFacts[];
  readonly routes: readonly { readonly to: string; readonly via?: string; readonly device: string }[];
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly netplan: readonly { readonly path: string; readonly mode: string; readonly content: string }[];
  readonly hostsFile: string;
  readonly cloudInitNetworkDisabled: boolean;
  readonly cloudInitPresent: boolean;
  /**
   * Whether the node's user-data makes cloud-init write /etc/hosts at every boot: the whole file from its template, or the
   * line of 127.0.1.1 alone. User-data counts more than any file under /etc/cloud.
   */
  readonly cloudInitHosts?: 'template' | 'own-line';
  /** The template that cloud-init makes /etc/hosts of. */
  readonly hostsTemplate?: string;
  /** TCP ports that something listens on, with the process where it could be seen. */
  readonly listeners: readonly {
    readonly port: number;
    readonly address: string;
    readonly process?: string;
    readonly pid?: number;
  }[];
}

/** `ip -j -d address show`. Older iproute2 leaves `{}` where nothing matched. */
const links = z.array(
  z.object({
    ifname: z.string().optional(),
    address: z.string().default(''),
    mtu: z.number().default(0),
    flags: z.array(z.string()).default([]),
    link_type: z.string().default('unknown'),
    linkinfo: z.object({ info_kind: z.string().optional() }).optional(),
    addr_info: z
      .array(
        z.object({
          family: z.string().optional(),
          local: z.string().optional(),
          prefixlen: z.number().default(32),
          scope: z.string().optional(),
          dynamic: z.boolean().default(false),
        }),
      )
      .default([]),
  }),
);

const hops = z.object({ dst: z.string().optional(), gateway: z.string().optional(), dev: z.string().optional() });
const routeTable = z.array(hops.extend({ nexthops: z.array(hops).optional() }));

const probe = {
  addresses: section('addresses', ['ip', '-j', '-d', 'address', 'show'], (text) => interfaces(json(links)(text))),
  routes: section('routes', ['ip', '-j', 'route', 'show'], (text) => routes(json(routeTable)(text))),
  resolvConf: section('resolv-conf', { file: '/etc/resolv.conf' }, asIs),
  resolvedConf: section('resolved-conf', { file: '/run/systemd/resolve/resolv.conf' }, asIs),
  // A line for each file: MODE PATH BASE64.
  netplan: section(
    'netplan',
    {
      bash: `for file in /etc/netplan/*.yaml; do
    [ -e "$file" ] || continue
    printf '%s %s %s\\n' "$(stat -c %a "$file")" "$file" "$(base64 -w0 "$file")"
  done`,
    },
    netplanFiles,
  ),
  hosts: section('hosts', { file: '/etc/hosts' }, asIs),
  cloudInit: cloudInitSection,
  // https://docs.cloud-init.io/en/latest/reference/modules.html#update-etc-hosts
  hostsTemplate: section('hosts-template', { file: '/etc/cloud/templates/hosts.debian.tmpl' }, asIs),
  listeners: section('listeners', ['ss', '-H', '-l', '-t', '-n', '-p'], listeners),
};
export const networkSections = Object.values(probe);

export function networkFacts(sections: Sections): NetworkFacts {
  const cloudInit = read(sections, probe.cloudInit);
  return {
    interfaces: read(sections, probe.addresses),
    routes: read(sections, probe.routes),
    ...nameServers(sections),
    netplan: read(sections, probe.netplan),
    hostsFile: read(sections, probe.hosts),
    cloudInitNetworkDisabled: cloudInit.networkDisabled,
    cloudInitPresent: cloudInit.present,
    ...defined({ cloudInitHosts: cloudInit.hosts, hostsTemplate: readIfAny(sections, probe.hostsTemplate) }),
    listeners: read(sections, probe.listeners),
  };
}

/** IPv4 addresses first; link-local ones are left out. */
function interfaces(found: z.output<typeof links>): InterfaceFacts[] {
  return found.flatMap(({ ifname, linkinfo, ...link }) => {
    if (ifname === undefined) return [];
    const addresses = link.addr_info
      .filter(({ scope }) => scope !== 'link')
      .sort((a, b) => (a.family ?? '').localeCompare(b.family ?? ''))
      .flatMap(({ local, prefixlen, dynamic }) =>
        local === undefined ? [] : [{ address: local, prefix: prefixlen, dynamic }],
      );
    return [
      {
        name: ifname,
        mac: link.address,
        mtu: link.mtu,
        up: link.flags.includes('UP') && link.flags.includes('LOWER_UP'),
        kind: linkinfo?.info_kind ?? link.link_type,
        addresses,
      },
    ];
  });
}

function routes(found: z.output<typeof routeTable>): NetworkFacts['routes'] {
  return found.flatMap(({ dst, nexthops = [], ...only }) =>
    [only, ...nexthops].flatMap(({ dev, gateway }) => {
      if (dst === undefined || dev === undefined) return [];
      return [{ to: dst, device: dev, ...defined({ via: gateway }) }];
    }),
  );
}

/** systemd-resolved's stub 127.0.0.53 says nothing about the real name servers; its own file names them. */
function nameServers(sections: Sections): Pick<NetworkFacts, 'nameservers' | 'search'> {
  const own = readIfAny(sections, probe.resolvConf) ?? '';
  const behind = readIfAny(sections, probe.resolvedConf);
  const text = /^nameserver\s+127\.0\.0\.5[34]\s*$/m.test(own) && behind ? behind : own;
  const words = (keyword: string) =>
    text.matchAll(new RegExp(`^(?:${keyword})\\s+(.+)$`, 'gm')).flatMap(([, rest = '']) => rest.trim().split(/\s+/));
  return {
    nameservers: [...new Set(words('nameserver'))],
    search: [...new Set(words('search|domain'))].filter((domain) => domain !== '.'),
  };
}

/** Lines `MODE PATH BASE64`. */
function netplanFiles(text: string): NetworkFacts['netplan'] {
  return text
    .matchAll(/^(\d+) (.+) (\S*)$/gm)
    .toArray()
    .map(([, mode = '', path = '', content = '']) => ({
      path,
      mode: mode.padStart(4, '0'),
      content: Buffer.from(content, 'base64').toString(),
    }));
}

/** `LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=1,fd=4))`; the process is seen by root only. */
function listeners(text: string): NetworkFacts['listeners'] {
  return text.split('\n').flatMap((line) => {
    const [state, , , local = '', , ...rest] = line.trim().split(/\s+/);
    const colon = local.lastIndexOf(':');
    const port = Number(local.slice(colon + 1));
    if (state !== 'LISTEN' || colon < 0 || !Number.isInteger(port)) return [];
    const address = local
      .slice(0, colon)
      .replace(/^\[(.*)\]$/, '$1')
      .replace(/%.*/, '');
    const [, process, pid] = rest.join(' ').match(/\("([^"]+)",pid=(\d+)/) ?? [];
    return [{ port, address, ...(process === undefined ? {} : { process, pid: Number(pid) }) }];
  });
}
