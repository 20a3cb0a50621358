import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { LiveEvidence, ReadText } from '../check/evidence.ts';
import { Fault } from '../errors/fault.ts';
import { codeOf } from '../errors/thrown.ts';
import { type AddressAnswer, addressProbe, parseAddressAnswers } from '../facts/address-probe.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { atHome } from '../host/home-path.ts';
import type { HostPool } from '../host/host.ts';
import { targetOf } from '../network/targets.ts';
import type { Site, SiteNode } from '../site/schema.ts';
import { defined } from '../text/defined.ts';
import { askAddons } from './ask-addons.ts';
import { type Asked, askPairs } from './ask-pairs.ts';
import { askReach } from './ask-reach.ts';
import type { World } from './world.ts';

export interface EvidenceOptions {
  /** Node → why it was not reached; it is not asked again. */
  readonly unreached?: ReadonlyMap<string, string>;
  /** Whether any login or sudo password was typed or given. */
  readonly passwordsInMemory?: boolean;
  /** What was seen of the nodes: those with an address ask one another. */
  readonly facts?: ReadonlyMap<string, NodeFacts>;
  /** Ends what is being asked on the nodes. */
  readonly signal?: AbortSignal | undefined;
}

/** So many nodes ask for each address: one of them may have a switch port of its own. */
const askers = 2;

/** Asks what only the present moment can tell: certificate files, and whether wanted addresses are in use. Changes nothing, never throws for a node. */
export async function gatherEvidence(
  asked: Asked,
  { hosts, clock }: Pick<World, 'hosts' | 'clock'>,
  options: EvidenceOptions = {},
): Promise<LiveEvidence> {
  const { site } = asked;
  const [tls, addresses, pairs, reach, addons] = await Promise.all([
    readPair(site),
    askForAddresses(site, hosts, options),
    options.facts === undefined ? undefined : askPairs(asked, hosts, options.facts, options.signal),
    options.facts === undefined ? undefined : askReach(asked, hosts, options.facts, options.signal),
    options.facts === undefined ? undefined : askAddons(site, hosts, options.facts, options.signal),
  ]);
  return {
    atMs: clock.now(),
    ...defined({ tls }),
    addresses,
    ...defined({ pairs, reach, addons, unreached: options.unreached, passwordsInMemory: options.passwordsInMemory }),
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
    return { text: await readFile(path, 'utf8') };
  } catch (error) {
    const code = codeOf(error) ?? '';
    return { problem: wordsFor[code] ?? `it cannot be read (${code || String(error)}).` };
  }
}

const wordsFor: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file.',
  EACCES: 'you may not read it.',
  EISDIR: 'it is a folder.',
};

async function askForAddresses(
  site: Site,
  hosts: HostPool,
  { unreached, signal }: EvidenceOptions,
): Promise<ReadonlyMap<string, ReadonlyMap<string, AddressAnswer>>> {
  const addresses = wantedAddresses(site);
  if (addresses.length === 0) return new Map();
  const asking = site.nodes.filter(({ name }) => !unreached?.has(name)).slice(0, askers);
  const answers = await Promise.all(
    asking.map(async (node) => ({ node: node.name, heard: await ask(node, addresses, hosts, signal) })),
  );
  return new Map(
    addresses.map((address) => [
      address,
      new Map(answers.map(({ node, heard }) => [node, heard.get(address) ?? { state: 'unknown', why: 'no answer' }])),
    ]),
  );
}

function wantedAddresses({ nodes, network }: Site): string[] {
  const wanted = nodes.flatMap((node) =>
    node.network?.mode === 'static' && node.network.address ? (node.network.address.split('/')[0] ?? []) : [],
  );
  return [...new Set([...wanted, ...(network.virtualAddress ? [network.virtualAddress] : [])])];
}

async function ask(
  node: SiteNode,
  addresses: readonly string[],
  hosts: HostPool,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, AddressAnswer>> {
  const unknown = (why: string) =>
    new Map(addresses.map((address): [string, AddressAnswer] => [address, { state: 'unknown', why }]));
  try {
    const host = await hosts.get(targetOf(node));
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
