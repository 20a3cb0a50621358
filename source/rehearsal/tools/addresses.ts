import ipaddr from 'ipaddr.js';
import { defined } from '../../text/defined.ts';
import type { Machine } from '../model/machine.ts';
import { listenersOf } from '../node/listeners.ts';
import { type Call, optionsOf, type Program, refuse, say } from './call.ts';

/** The fields that are read of `ip -j address`; the real one prints more. */
const inet = (local: string, prefixlen: number, scope: string, more: object = {}) => ({
  family: local.includes(':') ? 'inet6' : 'inet',
  local,
  prefixlen,
  scope,
  ...more,
});
const up = ['UP', 'LOWER_UP'];

const loopback = {
  ifname: 'lo',
  flags: ['LOOPBACK', ...up],
  mtu: 65536,
  link_type: 'loopback',
  address: '00:00:00:00:00:00',
  addr_info: [inet('127.0.0.1', 8, 'host'), inet('::1', 128, 'host')],
};

const calico = {
  ifname: 'vxlan.calico',
  flags: ['BROADCAST', 'MULTICAST', ...up],
  mtu: 1450,
  link_type: 'ether',
  address: '66:8a:1f:0c:11:0e',
  linkinfo: { info_kind: 'vxlan' },
  addr_info: [inet('10.1.102.64', 32, 'global')],
};

function addressJson(machine: Machine): unknown[] {
  const ports = machine.network.interfaces.map((port) => ({
    ifname: port.name,
    flags: ['BROADCAST', 'MULTICAST', ...(port.up ? up : [])],
    mtu: port.mtu,
    link_type: 'ether',
    address: port.mac,
    addr_info: port.addresses.map(({ address, prefix, dynamic }) =>
      inet(address, prefix, 'global', dynamic ? { dynamic } : {}),
    ),
  }));
  return [loopback, ...ports, ...(machine.microk8s === undefined ? [] : [calico])];
}

/** `ip -o address show`, without broadcast addresses and lifetimes. */
function addressLines(machine: Machine): string {
  const lines = machine.network.interfaces.flatMap((port, index) =>
    port.addresses.map(({ address, prefix, dynamic }) => {
      const scope = dynamic ? 'global dynamic' : 'global';
      return `${index + 2}: ${port.name}    inet ${address}/${prefix} scope ${scope} ${port.name}\n`;
    }),
  );
  return ['1: lo    inet 127.0.0.1/8 scope host lo\n', ...lines].join('');
}

export function networkOf(address: string, prefix: number): string {
  return ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefix}`).toString();
}

interface Route {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev: string;
  readonly protocol: string;
  readonly prefsrc?: string;
}

function routesOf(machine: Machine): Route[] {
  const given = machine.network.routes.map(({ to, via, device, dynamic }) => ({
    dst: to,
    ...defined({ gateway: via }),
    dev: device,
    protocol: dynamic ? 'dhcp' : 'static',
  }));
  const own = machine.network.interfaces.flatMap((port) =>
    port.addresses.map(({ address, prefix }) => ({
      dst: `${networkOf(address, prefix)}/${prefix}`,
      dev: port.name,
      protocol: 'kernel',
      prefsrc: address,
    })),
  );
  return [...given, ...own];
}

/** `ip [-j] [-o] address show` and `ip [-j] route show [default]`. */
function ip(call: Call): number {
  const { flags, rest } = optionsOf(call.words);
  const [what, verb, wanted] = rest;
  if (what === 'link') return setLinks(call, verb === 'up');
  if (what !== 'address' && what !== 'route') return refuse(call, `Object "${what}" is unknown, try "ip help".`);
  const routes = call.look(routesOf).filter(({ dst }) => wanted === undefined || dst === wanted);
  if (flags.has('-j')) return say(call, JSON.stringify(what === 'address' ? call.look(addressJson) : routes));
  call.out(what === 'address' ? call.look(addressLines) : routes.map(routeLine).join(''));
  return 0;
}

/** `ip link up|down` of a rehearsed drill: all interfaces at once. */
function setLinks(call: Call, up: boolean): number {
  call.change((machine) => {
    for (const port of machine.network.interfaces) port.up = up;
  });
  return 0;
}

function routeLine({ dst, gateway, dev, protocol, prefsrc }: Route): string {
  const via = gateway === undefined ? '' : ` via ${gateway}`;
  return `${dst}${via} dev ${dev} proto ${protocol}${prefsrc === undefined ? '' : ` scope link src ${prefsrc}`} \n`;
}

/** `ss -H -l -t -n -p` */
function ss(call: Call): number {
  const rows = call.look((machine, _state, now) => listenersOf(machine, now));
  for (const { address, port, process, pid } of rows) {
    call.out(
      `LISTEN 0      4096   ${`${address}:${port}`.padEnd(20)} ${address === '*' ? '*:*' : '0.0.0.0:*'}    users:(("${process}",pid=${pid},fd=3))\n`,
    );
  }
  return 0;
}

export const addresses: Readonly<Record<string, Program>> = { ip, ss };
