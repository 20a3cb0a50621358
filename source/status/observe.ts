import { messageOf } from '../errors/thrown.ts';
import type { Clock, ReadOnlyHost } from '../host/host.ts';
import { isRefusal } from '../host/host-fault.ts';
import { unlessLate } from '../host/unless-late.ts';
import { findManager } from '../kubernetes/ask.ts';
import { clusterNode, readinessSince } from '../kubernetes/nodes.ts';
import type { Product } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import { grace } from './in-time.ts';
import { lookInside, nothing, type Rounds } from './inside.ts';
import { lookAtMachine } from './machine.ts';
import type { Observation, ObservedMachine, Reached } from './observation.ts';

export interface ObserveInput {
  readonly site: Site;
  readonly product: Product;
  readonly clock: Clock;
  /** Opens a node; may take its time or fail where the node is dead. */
  readonly open: (node: string) => Promise<ReadOnlyHost>;
  /** ms for each of the two rounds of questions; together they bound the whole look. Default 5 000. */
  readonly round?: number;
  /** ms that the API has for each of its answers. Default: as `round`. */
  readonly patience?: number;
}

/** Looks at all nodes and, through a manager that lives, at the cluster. Never throws for what is dead, takes no more than about twice its patience. */
export async function observe({
  site,
  product,
  clock,
  open,
  round = 5_000,
  patience = round,
}: ObserveInput): Promise<Observation> {
  const opened = new Map<string, Promise<ReadOnlyHost>>();
  const openOnce = (node: string) => {
    const host = opened.get(node) ?? open(node);
    opened.set(node, host);
    return host;
  };
  const managers = site.nodes.filter(({ role }) => role === 'manager');
  const rounds = { clock, round };
  const looks = new Map(managers.map(({ name }) => [name, () => openOnce(name)]));
  const wanted = site.nodes.map(({ name }) => name);
  const [visits, { found, silent }] = await Promise.all([
    Promise.all(wanted.map((node) => visit(node, openOnce, rounds))),
    findManager(looks, wanted, clock, { deadline: patience }),
  ]);
  const base = {
    at: clock.now(),
    reached: visits.map(({ reached }) => reached),
    machines: visits.flatMap(({ machine }) => machine ?? []),
    through: found?.node,
    silent,
  };
  if (!found) return { ...base, ...nothing };
  const nodes = found.nodes.map((node) => ({ ...clusterNode(node), since: readinessSince(node) }));
  const lost = new Set(nodes.filter(({ ready }) => !ready).map(({ name }) => name));
  return { ...base, nodes, ...(await lookInside(found.host, site, product, { clock, round: patience }, lost)) };
}

interface Visit {
  readonly reached: Reached;
  readonly machine?: ObservedMachine | undefined;
}

async function visit(
  node: string,
  open: (node: string) => Promise<ReadOnlyHost>,
  { clock, round }: Rounds,
): Promise<Visit> {
  try {
    const machine = await unlessLate(
      clock,
      round + grace,
      open(node).then((host) => lookAtMachine(host, round)),
    );
    const answers = machine !== undefined;
    return { reached: { node, answers, said: answers ? '' : 'no answer' }, machine };
  } catch (error) {
    return { reached: { node, answers: false, ...refusalOf(error) } };
  }
}

/** What is said of a node that was not entered; `refused` where the machine answers all the same. */
function refusalOf(error: unknown): Pick<Reached, 'said' | 'refused'> {
  if (!isRefusal(error)) return { said: messageOf(error) };
  const { message, why, next } = error;
  return { said: [message, why].filter(Boolean).join(' '), refused: { next: next[0] } };
}
