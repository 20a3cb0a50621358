import { Fault } from '../errors/fault.ts';
import { type AddressAnswer, addressProbe, parseAddressAnswers } from '../facts/address-probe.ts';
import type { HostPool, HostTarget } from '../host/host.ts';
import { defined } from '../text/defined.ts';

/** Address → node that asked → what it heard. */
export type HeardAddresses = ReadonlyMap<string, ReadonlyMap<string, AddressAnswer>>;

/** Those that a node asked for and no machine answered. */
export const freeAddresses = (heard: HeardAddresses): ReadonlySet<string> =>
  new Set(
    [...heard].flatMap(([address, answers]) => {
      const states = [...answers.values()].map(({ state }) => state);
      return states.includes('free') && states.every((state) => state === 'free' || state === 'unknown')
        ? [address]
        : [];
    }),
  );

/** So many nodes ask for each address: one of them may have a switch port of its own. */
const askers = 2;

/** The first two of these nodes ask by ARP who has the addresses. Changes nothing; never throws for a node. */
export async function askAddresses(
  targets: readonly HostTarget[],
  addresses: readonly string[],
  hosts: HostPool,
  signal?: AbortSignal,
): Promise<HeardAddresses> {
  if (addresses.length === 0) return new Map();
  const answers = await Promise.all(
    targets
      .slice(0, askers)
      .map(async (target) => ({ node: target.node, heard: await ask(target, addresses, hosts, signal) })),
  );
  return new Map(
    addresses.map((address) => [
      address,
      new Map(answers.map(({ node, heard }) => [node, heard.get(address) ?? { state: 'unknown', why: 'no answer' }])),
    ]),
  );
}

async function ask(
  target: HostTarget,
  addresses: readonly string[],
  hosts: HostPool,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, AddressAnswer>> {
  const unknown = (why: string) =>
    new Map(addresses.map((address): [string, AddressAnswer] => [address, { state: 'unknown', why }]));
  try {
    const host = await hosts.get(target);
    const { code, stdout, stderr } = await host.run(addressProbe(addresses), {
      sudo: true,
      deadline: 20_000,
      ...defined({ signal }),
    });
    if (code !== 0) return unknown(stderr.trim().split('\n').at(-1) || `exit code ${code}`);
    return parseAddressAnswers(stdout, addresses);
  } catch (error) {
    if (error instanceof Fault) return unknown(error.message);
    throw error;
  }
}
