import { unlessFault } from '../errors/unless-fault.ts';
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

/** What a node heard: address → answer. */
type Heard = ReadonlyMap<string, AddressAnswer>;

/** Nodes that are asked before all of them were looked at. */
export interface EarlyAddresses {
  /** Asks a node that has just been logged in to, where it is one of the first two. */
  begin(target: HostTarget): void;
  /** Node → what it heard; it never rejects for a node. */
  readonly heard: ReadonlyMap<string, Promise<Heard>>;
}

/** The question takes 1.5 s of waiting: this way they pass while the facts are read. */
export function askEarly(
  targets: readonly HostTarget[],
  addresses: readonly string[],
  hosts: HostPool,
): EarlyAddresses {
  const first = new Set(targets.slice(0, askers).map(({ node }) => node));
  const heard = new Map<string, Promise<Heard>>();
  return {
    begin(target) {
      if (addresses.length === 0 || !first.has(target.node) || heard.has(target.node)) return;
      const answer = ask(target, addresses, hosts);
      // No one waits for it where the node is not reached after all.
      answer.catch(() => undefined);
      heard.set(target.node, answer);
    },
    heard,
  };
}

/**
 * The first two of these nodes ask by ARP who has the addresses; what they were asked `early` is not asked again. Changes
 * nothing; never throws for a node.
 */
export async function askAddresses(
  targets: readonly HostTarget[],
  addresses: readonly string[],
  hosts: HostPool,
  { signal, early }: { readonly signal?: AbortSignal | undefined; readonly early?: EarlyAddresses | undefined } = {},
): Promise<HeardAddresses> {
  if (addresses.length === 0) return new Map();
  const answers = await Promise.all(
    targets.slice(0, askers).map(async (target) => {
      const before = await early?.heard.get(target.node);
      const all = before !== undefined && addresses.every((address) => before.has(address));
      return { node: target.node, heard: all ? before : await ask(target, addresses, hosts, signal) };
    }),
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
  signal?: AbortSignal,
): Promise<Heard> {
  const unknown = (why: string) =>
    new Map(addresses.map((address): [string, AddressAnswer] => [address, { state: 'unknown', why }]));
  return unlessFault(
    async () => {
      const host = await hosts.get(target);
      const { code, stdout, stderr } = await host.run(addressProbe(addresses), {
        sudo: true,
        deadline: 20_000,
        ...defined({ signal }),
      });
      if (code !== 0) return unknown(stderr.trim().split('\n').at(-1) || `exit code ${code}`);
      return parseAddressAnswers(stdout, addresses);
    },
    (fault) => unknown(fault.message),
  );
}
