import ipaddr from 'ipaddr.js';
import { unlessFault } from '../errors/unless-fault.ts';
import type { HostPool, HostTarget } from '../host/host.ts';
import { defined } from '../text/defined.ts';

/** Name → node that looked it up → the IPv4 addresses that it leads to there; none: it is not known there. */
export type HeardNames = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** So many nodes look up each name: name servers of one network seldom differ. */
const askers = 2;

/** The first two of these nodes look the names up, as their programs do. Changes nothing; a node that does not answer is left out. */
export async function askNames(
  targets: readonly HostTarget[],
  names: readonly string[],
  hosts: HostPool,
  signal?: AbortSignal,
): Promise<HeardNames> {
  const asking = targets.slice(0, askers);
  const answers = await Promise.all(
    names.map(async (name) => {
      const heard = await Promise.all(asking.map((target) => lookUp(target, name, hosts, signal)));
      return [name, new Map(heard.filter((one) => one !== undefined))] as const;
    }),
  );
  return new Map(answers);
}

async function lookUp(
  target: HostTarget,
  name: string,
  hosts: HostPool,
  signal: AbortSignal | undefined,
): Promise<readonly [string, readonly string[]] | undefined> {
  return unlessFault(async () => {
    const host = await hosts.get(target);
    const { stdout } = await host.run(['getent', 'ahostsv4', name], { deadline: 15_000, ...defined({ signal }) });
    const addresses = stdout.split('\n').map((line) => line.split(/\s+/)[0] ?? '');
    return [target.node, [...new Set(addresses.filter(isOfMachine))]] as const;
  });
}

/** Loopback is what a hosts file gives a machine for its own name: no name server said it. */
const isOfMachine = (text: string): boolean =>
  ipaddr.IPv4.isValidFourPartDecimal(text) && ipaddr.IPv4.parse(text).range() !== 'loopback';
