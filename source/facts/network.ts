import * as z from 'zod';
import type { InterfaceFacts, NetworkFacts } from './facts.ts';
import { jsonOf, type Sections, textIfAny, textOf } from './sections.ts';

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
const routes = z.array(hops.extend({ nexthops: z.array(hops).optional() }));

export function networkFacts(sections: Sections): NetworkFacts {
  const cloudInit = textOf(sections, 'cloud-init', [0, 1, 2]).split('\n');
  return {
    interfaces: interfaces(sections),
    routes: routesOf(sections),
    ...nameServers(sections),
    netplan: netplanFiles(textOf(sections, 'netplan')),
    hostsFile: textOf(sections, 'hosts'),
    cloudInitNetworkDisabled: cloudInit.includes('network-disabled'),
    cloudInitPresent: cloudInit.includes('present'),
    listeners: listeners(textOf(sections, 'listeners')),
  };
}

/** IPv4 addresses first; link-local ones are left out. */
function interfaces(sections: Sections): InterfaceFacts[] {
  return jsonOf(sections, 'addresses', links).flatMap(({ ifname, linkinfo, ...link }) => {
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

function routesOf(sections: Sections): NetworkFacts['routes'] {
  return jsonOf(sections, 'routes', routes).flatMap(({ dst, nexthops = [], ...only }) =>
    [only, ...nexthops].flatMap(({ dev, gateway }) => {
      if (dst === undefined || dev === undefined) return [];
      return [{ to: dst, device: dev, ...(gateway === undefined ? {} : { via: gateway }) }];
    }),
  );
}

/** systemd-resolved's stub 127.0.0.53 says nothing about the real name servers; its own file names them. */
function nameServers(sections: Sections): Pick<NetworkFacts, 'nameservers' | 'search'> {
  const own = textIfAny(sections, 'resolv-conf') ?? '';
  const behind = textIfAny(sections, 'resolved-conf');
  const text = /^nameserver\s+127\.0\.0\.5[34]\s*$/m.test(own) && behind !== undefined ? behind : own;
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
