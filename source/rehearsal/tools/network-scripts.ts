import * as z from 'zod';
import { outOfSubnet } from '../../facts/python-arp.ts';
import { announcer } from '../cluster/controllers/load-balancer.ts';
import type { Machine } from '../model/machine.ts';
import type { State } from '../model/state.ts';
import { fileAt } from '../node/file-system.ts';
import { listenersOf } from '../node/listeners.ts';
import { letsIn, reachable } from '../node/reach.ts';
import { networkOf } from './addresses.ts';
import { type Call, type Program, refuse, type Steps, say } from './call.ts';
import { storeChannels } from './snap-files.ts';

/** `tcp-probe ADDRESS PORT…` */
function* tcpProbe(call: Call): Steps {
  const [address = '', ...ports] = call.words;
  const answering = call.look((machine, state, now) => {
    const other = reachable(state, machine, address);
    if (other === undefined) return undefined;
    const open = listenersOf(other, now).map(({ port }) => port);
    return open.filter((port) => letsIn(other, machine, address, port));
  });
  yield answering === undefined ? 3_000 : 60;
  for (const port of ports) call.out(`${answering?.includes(Number(port)) === true ? 'open' : 'closed'} ${port}\n`);
  return 0;
}

/** `address-in-use ADDRESS…`: who answers by ARP, seen from this machine. */
function* addressInUse(call: Call): Steps {
  yield 1_600;
  for (const address of call.words) {
    call.look((machine, state, now) => call.out(`${address} ${arpAnswer(machine, state, address, now)}\n`));
  }
  return 0;
}

const pairTask = z.object({
  mtu: z.number(),
  peers: z.array(z.object({ name: z.string(), address: z.string(), ports: z.array(z.string()) })),
});

/** `all-pairs TASK`: a machine that is on answers on every port, its own listeners and those of the probe. */
function* allPairs(call: Call): Steps {
  const task = pairTask.parse(JSON.parse(call.words[0] ?? ''));
  yield 1_100;
  const peers = call.look((machine, state) =>
    task.peers.map(({ name, address, ports }) => {
      const peer = reachable(state, machine, address);
      const heard = peer ? { latencyMs: 0.2, clockMs: 0, clockUncertaintyMs: 0.1, mtu: task.mtu } : {};
      return {
        to: name,
        ports: Object.fromEntries(
          ports.map((name) => [name, isHeard(peer, machine, address, name) ? 'open' : 'silent']),
        ),
        ...heard,
      };
    }),
  );
  return say(call, JSON.stringify({ busy: [], peers }));
}

/** Whether a packet to `tcp 16443` and the like is taken. */
function isHeard(peer: Machine | undefined, from: Machine, address: string, name: string): boolean {
  const [protocol, port] = name.split(' ');
  return peer !== undefined && letsIn(peer, from, address, Number(port), protocol === 'udp' ? 'udp' : 'tcp');
}

const reachTask = z.object({ names: z.array(z.string()), gateways: z.array(z.string()), urls: z.array(z.string()) });

/** `reach TASK`: the name server knows the name of the scenario's site; every server answers, or with no internet none. */
function* reach(call: Call): Steps {
  const { names, gateways, urls } = reachTask.parse(JSON.parse(call.words[0] ?? ''));
  yield 1_300;
  const zone = call.look((_machine, state) => state.names);
  const online = call.look((machine) => machine.online);
  const near = call.look((machine, state, now) =>
    gateways.map((address) => [address, arpAnswer(machine, state, address, now)] as const),
  );
  const known = names.map((name) => [
    name,
    zone[name] === undefined ? { problem: 'Name or service not known' } : { addresses: [zone[name]] },
  ]);
  return say(
    call,
    JSON.stringify({
      names: Object.fromEntries(known),
      gateways: Object.fromEntries(near),
      wildcards: [],
      urls: Object.fromEntries(
        urls.map((url) => [url, online ? { status: 200 } : { problem: 'name resolution failed' }]),
      ),
      ...(online
        ? { store: 'pass', channels: storeChannels }
        : { store: ['api.snapcraft.io', 'dashboard.snapcraft.io'] }),
      writeMs: 1.4,
    }),
  );
}

const imagesTask = z.object({ images: z.array(z.object({ image: z.string() })) });

/** `image-manifests TASK`: every registry has every image, or with no internet none is reached. */
function* imageManifests(call: Call): Steps {
  const { images } = imagesTask.parse(JSON.parse(call.words[0] ?? ''));
  yield 700;
  const online = call.look((machine) => machine.online);
  const silent = images.map(({ image }) => ({ image, kind: 'silent', problem: 'name resolution failed' }));
  return say(call, JSON.stringify({ missing: online ? [] : silent }));
}

function arpAnswer(machine: Machine, state: State, address: string, now: number): string {
  const own = machine.network.interfaces.find((port) => port.addresses.some((one) => one.address === address));
  if (own !== undefined) return `own ${own.name}`;
  const near = machine.network.interfaces.some((port) =>
    port.addresses.some((one) => networkOf(one.address, one.prefix) === networkOf(address, one.prefix)),
  );
  if (!near) return `unknown ${outOfSubnet}`;
  const holder = reachable(state, machine, address) ?? announcer(state, address, now);
  if (holder === undefined && isRouter(state, address)) return 'taken 00:00:5e:00:00:02';
  return holder === undefined ? 'free' : `taken ${holder.network.interfaces[0]?.mac ?? '00:00:5e:00:00:01'}`;
}

/** A router is there for every machine that goes through one. */
const isRouter = (state: State, address: string): boolean =>
  state.machines.some(({ network }) => network.routes.some(({ via }) => via === address));

/** `getent ahostsv4 NAME`: the hosts file first, then the name server of the scenario. */
function* getent(call: Call): Steps {
  const [kind, name = ''] = call.words;
  if (kind !== 'ahostsv4') return refuse(call, `Unknown database: ${kind ?? ''}`, 1);
  yield 20;
  const hosts = call.look((machine) => fileAt(machine, '/etc/hosts')?.content ?? '');
  const line = hosts.split('\n').find((text) => text.trim().split(/\s+/).slice(1).includes(name));
  const address = line?.trim().split(/\s+/)[0] ?? call.look((_machine, state) => state.names[name]);
  if (address === undefined) return 2;
  return say(call, ['STREAM', 'DGRAM', 'RAW'].map((type) => `${address} ${type} ${name}`).join('\n'));
}

export const networkPrograms: Readonly<Record<string, Program>> = { getent };

/** Scripts by which a node looks at the network around it. */
export const networkScripts: Readonly<Record<string, Program>> = {
  'tcp-probe': tcpProbe,
  'address-in-use': addressInUse,
  'all-pairs': allPairs,
  reach,
  'image-manifests': imageManifests,
};
