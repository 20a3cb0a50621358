import { defined } from '../../text/defined.ts';
import type { Machine } from '../model/machine.ts';
import { listenersOf } from '../node/listeners.ts';
import { type Call, optionsOf, type Program, refuse, say } from './call.ts';

const loopback = {
  ifindex: 1,
  ifname: 'lo',
  flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
  mtu: 65536,
  qdisc: 'noqueue',
  operstate: 'UNKNOWN',
  group: 'default',
  txqlen: 1000,
  link_type: 'loopback',
  address: '00:00:00:00:00:00',
  broadcast: '00:00:00:00:00:00',
  addr_info: [
    {
      family: 'inet',
      local: '127.0.0.1',
      prefixlen: 8,
      scope: 'host',
      label: 'lo',
      valid_life_time: 4294967295,
      preferred_life_time: 4294967295,
    },
    {
      family: 'inet6',
      local: '::1',
      prefixlen: 128,
      scope: 'host',
      valid_life_time: 4294967295,
      preferred_life_time: 4294967295,
    },
  ],
};

function addressJson(machine: Machine): unknown[] {
  const ports = machine.network.interfaces.map((port, index) => ({
    ifindex: index + 2,
    ifname: port.name,
    flags: port.up ? ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'] : ['BROADCAST', 'MULTICAST'],
    mtu: port.mtu,
    qdisc: 'mq',
    operstate: port.up ? 'UP' : 'DOWN',
    group: 'default',
    txqlen: 1000,
    link_type: 'ether',
    address: port.mac,
    broadcast: 'ff:ff:ff:ff:ff:ff',
    addr_info: port.addresses.map((own) => ({
      family: 'inet',
      local: own.address,
      prefixlen: own.prefix,
      scope: 'global',
      ...(own.dynamic ? { dynamic: true, metric: 100 } : {}),
      label: port.name,
      valid_life_time: own.dynamic ? 82000 : 4294967295,
      preferred_life_time: own.dynamic ? 82000 : 4294967295,
    })),
  }));
  return [loopback, ...ports, ...(machine.microk8s === undefined ? [] : [calico(ports.length + 2)])];
}

function calico(index: number): unknown {
  return {
    ifindex: index,
    ifname: 'vxlan.calico',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1450,
    operstate: 'UNKNOWN',
    link_type: 'ether',
    address: '66:8a:1f:0c:11:0e',
    linkinfo: { info_kind: 'vxlan' },
    addr_info: [{ family: 'inet', local: '10.1.102.64', prefixlen: 32, scope: 'global', label: 'vxlan.calico' }],
  };
}

function addressLines(machine: Machine, name: string | undefined): string {
  const lines = machine.network.interfaces
    .filter((port) => name === undefined || port.name === name)
    .flatMap((port, index) =>
      port.addresses.map((own) => {
        const kind = own.dynamic ? 'scope global dynamic' : 'scope global';
        return `${index + 2}: ${port.name}    inet ${own.address}/${own.prefix} brd ${broadcast(own.address, own.prefix)} ${kind} ${port.name}\\       valid_lft ${own.dynamic ? '82000sec' : 'forever'} preferred_lft ${own.dynamic ? '82000sec' : 'forever'}\n`;
      }),
    );
  const lo =
    name === undefined || name === 'lo'
      ? '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n'
      : '';
  return lo + lines.join('');
}

const toNumber = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toText = (value: number) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

export function networkOf(address: string, prefix: number): string {
  const size = 2 ** (32 - prefix);
  return toText(Math.floor(toNumber(address) / size) * size);
}

function broadcast(address: string, prefix: number): string {
  const size = 2 ** (32 - prefix);
  return toText(Math.floor(toNumber(address) / size) * size + size - 1);
}

interface Route {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev: string;
  readonly protocol: string;
  readonly scope?: string;
  readonly prefsrc?: string;
  readonly metric?: number;
  readonly flags: readonly string[];
}

function routesOf(machine: Machine): Route[] {
  const given = machine.network.routes.map((route) => ({
    dst: route.to,
    ...defined({ gateway: route.via }),
    dev: route.device,
    protocol: route.dynamic ? 'dhcp' : 'static',
    ...(route.dynamic ? { metric: 100 } : {}),
    flags: [],
  }));
  const own = machine.network.interfaces.flatMap((port) =>
    port.addresses.map((one) => ({
      dst: `${networkOf(one.address, one.prefix)}/${one.prefix}`,
      dev: port.name,
      protocol: 'kernel',
      scope: 'link',
      prefsrc: one.address,
      flags: [],
    })),
  );
  return [...given, ...own];
}

function ip(call: Call): number {
  const { flags, rest } = optionsOf(call.words);
  const [what = '', verb = 'show', ...more] = rest;
  const asJson = flags.has('-j') || flags.has('-json');
  if ('address'.startsWith(what) && what.startsWith('a')) {
    const name = more[0] === 'dev' ? more[1] : more[0];
    if (
      name !== undefined &&
      !call.look((machine) => machine.network.interfaces.some((port) => port.name === name) || name === 'lo')
    ) {
      return refuse(call, `Device "${name}" does not exist.`);
    }
    call.out(
      asJson ? `${JSON.stringify(call.look(addressJson))}\n` : call.look((machine) => addressLines(machine, name)),
    );
    return 0;
  }
  if ('route'.startsWith(what) && what.startsWith('r')) {
    if (verb === 'get') return routeTo(call, more[0] ?? '');
    const rows = call.look(routesOf).filter((route) => more[0] === undefined || route.dst === more[0]);
    call.out(asJson ? `${JSON.stringify(rows)}\n` : rows.map(routeLine).join(''));
    return 0;
  }
  return refuse(call, `Object "${what}" is unknown, try "ip help".`);
}

function routeLine(route: Route): string {
  const parts = [route.dst];
  if (route.gateway !== undefined) parts.push('via', route.gateway);
  parts.push('dev', route.dev, 'proto', route.protocol);
  if (route.scope !== undefined) parts.push('scope', route.scope);
  if (route.prefsrc !== undefined) parts.push('src', route.prefsrc);
  if (route.metric !== undefined) parts.push('metric', String(route.metric));
  return `${parts.join(' ')} \n`;
}

function routeTo(call: Call, address: string): number {
  const source = call.look((machine) => machine.network.interfaces[0]);
  const own = source?.addresses[0]?.address;
  if (source === undefined || own === undefined) return refuse(call, 'RTNETLINK answers: Network is unreachable', 2);
  return say(call, `${address} dev ${source.name} src ${own} uid 0 \n    cache `);
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
