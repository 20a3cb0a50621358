import { isAbsolute } from 'node:path';
import type { LiveEvidence, ReadText } from '../check/evidence.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { atHome } from '../host/home-path.ts';
import type { HostPool } from '../host/host.ts';
import { textOfFile } from '../host/read-text.ts';
import { whyUnreadInLine } from '../host/unread.ts';
import { targetOf } from '../network/targets.ts';
import type { Site } from '../site/schema.ts';
import { defined } from '../text/defined.ts';
import { askAddons } from './ask-addons.ts';
import { askAddresses, askEarly, type EarlyAddresses, type HeardAddresses } from './ask-addresses.ts';
import { type Asked, askPairs } from './ask-pairs.ts';
import { askReach } from './ask-reach.ts';
import { bundleEvidence } from './bundle/of-site.ts';
import type { World } from './world.ts';

export interface EvidenceOptions {
  /** Node → why it was not reached; it is not asked again. */
  readonly unreached?: ReadonlyMap<string, string>;
  /** Node → what to do about it. */
  readonly reachAdvice?: ReadonlyMap<string, string> | undefined;
  /** Whether any login or sudo password was typed or given. */
  readonly passwordsInMemory?: boolean;
  /** What was seen of the nodes: those with an address ask one another. */
  readonly facts?: ReadonlyMap<string, NodeFacts>;
  /** What nodes were asked already while their facts were read. */
  readonly early?: EarlyAddresses | undefined;
  /** Ends what is being asked on the nodes. */
  readonly signal?: AbortSignal | undefined;
}

/** Asks what only the present moment can tell: certificate files, and whether wanted addresses are in use. Changes nothing, never throws for a node. */
export async function gatherEvidence(
  asked: Asked,
  { hosts, clock }: Pick<World, 'hosts' | 'clock'>,
  options: EvidenceOptions = {},
): Promise<LiveEvidence> {
  const { site } = asked;
  const [tls, bundle, addresses, pairs, reach, addons] = await Promise.all([
    readPair(site),
    bundleEvidence(site),
    askForAddresses(site, hosts, options),
    options.facts === undefined ? undefined : askPairs(asked, hosts, options.facts, options.signal),
    options.facts === undefined ? undefined : askReach(asked, hosts, options.facts, options.signal),
    options.facts === undefined ? undefined : askAddons(site, hosts, options.facts, options.signal),
  ]);
  return {
    atMs: clock.now(),
    ...defined({ tls, bundle }),
    addresses,
    ...defined({ pairs, reach, addons, unreached: options.unreached, reachAdvice: options.reachAdvice }),
    ...defined({ passwordsInMemory: options.passwordsInMemory }),
  };
}

async function readPair({ tls }: Site): Promise<LiveEvidence['tls']> {
  if (tls.mode !== 'files') return undefined;
  const [key, certificate] = await Promise.all([read(tls.key), read(tls.certificate)]);
  return { key, certificate };
}

async function read(written: string): Promise<ReadText> {
  const path = atHome(written);
  if (!isAbsolute(path)) return { problem: 'its path does not begin with /, and the run works in another folder.' };
  try {
    return { text: await textOfFile(path) };
  } catch (error) {
    return { problem: whyUnreadInLine(error) };
  }
}

function askForAddresses(
  site: Site,
  hosts: HostPool,
  { unreached, signal, early }: EvidenceOptions,
): Promise<HeardAddresses> {
  const reached = site.nodes.filter(({ name }) => !unreached?.has(name));
  return askAddresses(reached.map(targetOf), wantedAddresses(site), hosts, { signal, early });
}

/** Asks for the addresses that stand in the site as soon as its first nodes are logged in to. */
export const addressesEarly = (site: Site, hosts: HostPool): EarlyAddresses =>
  askEarly(site.nodes.map(targetOf), wantedAddresses(site), hosts);

function wantedAddresses({ nodes, network }: Site): string[] {
  const wanted = nodes.flatMap((node) =>
    node.network?.mode === 'static' && node.network.address ? (node.network.address.split('/')[0] ?? []) : [],
  );
  const served = Object.values(network.workload?.addresses ?? {});
  return [...new Set([...wanted, ...served, ...(network.virtualAddress ? [network.virtualAddress] : [])])];
}
