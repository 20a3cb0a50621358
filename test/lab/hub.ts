// The network between the nodes: one bridge in a namespace of its own, so that nothing of the machine is touched.
import { rmSync, writeFileSync } from 'node:fs';
import { $ } from 'zx';
import { gateway, hub, nodePath } from './place.ts';

export const quietly = $({ quiet: true });

export async function makeHub(): Promise<void> {
  const names = await quietly`ip netns list`;
  if (names.stdout.split(/\s/).includes(hub)) return;
  await quietly`ip netns add ${hub}`;
  await quietly`ip -n ${hub} link set lo up`;
  await quietly`ip -n ${hub} link add br0 type bridge`;
  await quietly`ip -n ${hub} address add ${gateway}/16 dev br0`;
  await quietly`ip -n ${hub} link set br0 up`;
  await quietly`ip -n ${hub} link add br1 type bridge`; // where nodes have a second card
  await quietly`ip -n ${hub} link set br1 up`;
  await quietly`ip -n ${hub} route add 255.255.255.255 dev br0`; // answers to nodes that have no address yet
  // every systemd takes several inotify instances: the usual 128 stops at about 20 nodes
  const instances = Number((await quietly`sysctl -n fs.inotify.max_user_instances`).stdout);
  if (instances < 4096) await quietly`sysctl -qw fs.inotify.max_user_instances=4096`;
}

export async function removeHub(): Promise<void> {
  await quietly`ip netns del ${hub}`.nothrow();
}

/** The cables of a node: cut, it loses its links as from a switch; joined, it has it again. They stay cut over a reboot. */
export async function cable(n: number, state: 'cut' | 'join'): Promise<void> {
  if (state === 'cut') writeFileSync(nodePath(n, 'cut'), '');
  else rmSync(nodePath(n, 'cut'), { force: true });
  for (const end of [`v${n}`, `w${n}`])
    await quietly`ip -n ${hub} link set ${end} ${state === 'cut' ? 'down' : 'up'}`.nothrow();
}
