import { randomUUID } from 'node:crypto';
import type { LiveEvidence } from '../check/evidence.ts';
import { unlessFault } from '../errors/unless-fault.ts';
import type { NodeFacts } from '../facts/facts.ts';
import {
  isClosed,
  type PairAnswers,
  pairDeadline,
  pairsProbe,
  parsePairAnswers,
  seenOnce,
} from '../facts/pairs-probe.ts';
import type { HostPool } from '../host/host.ts';
import { carrierOf, presentAddress } from '../network/addresses.ts';
import { targetOf } from '../network/targets.ts';
import { portsBetween, portsOf } from '../product/pair-ports.ts';
import type { Product } from '../product/schema.ts';
import type { Site, SiteNode } from '../site/schema.ts';
import { defined } from '../text/defined.ts';

interface Placed {
  readonly node: SiteNode;
  readonly address: string;
  readonly mtu: number;
}

/** What is wanted, and of which product. */
export interface Asked {
  readonly site: Site;
  readonly product: Product;
}

type Answers = NonNullable<LiveEvidence['pairs']>;

/**
 * Every node that was seen asks every other one, all at the same time. Where a port does not answer, all are asked again: on busy
 * machines one may begin to listen only when the others have given up. Changes nothing; never throws for a node.
 */
export async function askPairs(
  asked: Asked,
  hosts: HostPool,
  facts: ReadonlyMap<string, NodeFacts>,
  signal: AbortSignal | undefined,
): Promise<Answers> {
  const placed = asked.site.nodes.flatMap((node): Placed[] => {
    const own = facts.get(node.name);
    const address = presentAddress(node, own)?.address;
    return address === undefined ? [] : [{ node, address, mtu: carrierOf(node, own)?.mtu ?? 1500 }];
  });
  if (placed.length < 2) return new Map();
  const first = await askAll(asked, hosts, placed, signal);
  if (!someClosed(first) || signal?.aborted) return first;
  const second = await askAll(asked, hosts, placed, signal);
  const both = [...second].map(([name, answers]): [string, PairAnswers] => {
    const before = first.get(name);
    return [name, before === undefined ? answers : seenOnce(before, answers)];
  });
  return new Map([...first, ...both]);
}

const someClosed = (answers: Answers): boolean =>
  [...answers.values()].some(({ peers }) =>
    peers.some(({ to, ports }) =>
      Object.entries(ports).some(([port, state]) => isClosed(port, state, answers.get(to)?.busy ?? [])),
    ),
  );

async function askAll(
  asked: Asked,
  hosts: HostPool,
  placed: readonly Placed[],
  signal: AbortSignal | undefined,
): Promise<Answers> {
  const token = randomUUID();
  const answers = await Promise.all(placed.map((one) => ask(asked, hosts, one, placed, token, signal)));
  return new Map(
    answers.flatMap((answer, index) => {
      const name = placed[index]?.node.name;
      return answer === undefined || name === undefined ? [] : [[name, answer]];
    }),
  );
}

async function ask(
  { site, product }: Asked,
  hosts: HostPool,
  { node, address, mtu }: Placed,
  all: readonly Placed[],
  token: string,
  signal: AbortSignal | undefined,
): Promise<PairAnswers | undefined> {
  const peers = all
    .filter((other) => other.node !== node)
    .map((other) => ({
      name: other.node.name,
      address: other.address,
      ports: portsBetween(site, product, node, other.node),
    }));
  return unlessFault(async () => {
    const host = await hosts.get(targetOf(node));
    const { stdout } = await host.run(
      pairsProbe({ token, name: node.name, address, mtu, listen: portsOf(site, product, node), peers }),
      { deadline: pairDeadline, ...defined({ signal }) },
    );
    return parsePairAnswers(stdout);
  });
}
