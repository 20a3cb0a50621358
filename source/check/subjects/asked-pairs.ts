import type { PairAnswer } from '../../facts/pairs-probe.ts';
import type { SiteNode } from '../../site/schema.ts';
import { type CheckInput, notSeen, type Outcome, pass, perInput, warn } from '../check.ts';

/** What one node heard of another one. */
export interface Pair {
  readonly from: SiteNode;
  readonly to: SiteNode;
  readonly answer: PairAnswer;
}

/** Pairs that were asked, in the order of the site's nodes: the same for all checks of pairs. */
export const pairsOf = perInput(({ site, evidence }): Pair[] =>
  site.nodes.flatMap((from) => {
    const peers = evidence?.pairs?.get(from.name)?.peers ?? [];
    if (peers.length === 0) return [];
    const answers = new Map(peers.map((peer) => [peer.to, peer]));
    return site.nodes.flatMap((to) => {
      const answer = answers.get(to.name);
      return answer === undefined ? [] : [{ from, to, answer }];
    });
  }),
);

/** The outcomes of a check of pairs: what is `bad`, which nodes were not asked, or that all is `good`. */
export function outcomesOfPairs(input: CheckInput, bad: readonly Outcome[], good: string): Outcome[] {
  if (input.site.nodes.length < 2) return [pass('one node', 'The site has one node.')];
  const pairs = pairsOf(input);
  const all = [...bad, ...notAsked(input, pairs)];
  return all.length > 0 ? all : [pass(`${pairs.length} pairs`, good)];
}

/** Nodes from which none was asked. One whose peers were not reached had no one to ask. */
function notAsked({ site, facts }: CheckInput, pairs: readonly Pair[]): Outcome[] {
  const asked = new Set(pairs.map(({ from }) => from.name));
  const names = site.nodes.map(({ name }) => name);
  const alone = (name: string) => facts.has(name) && names.every((other) => other === name || !facts.has(other));
  const silent = names.filter((name) => !asked.has(name) && !alone(name));
  if (silent.length === 0) return [];
  const advice = 'Fix the access to these nodes, then check again';
  return [{ ...warn(notSeen, `Other nodes were not asked from ${silent.join(', ')}.`, { advice }), nodes: silent }];
}

/** Pairs that are told at once; `node`: the one that all of them have in common, where there are several. */
export interface PairGroup<P> {
  readonly node?: string;
  readonly pairs: readonly P[];
}

/** A node that is in bad pairs with several others is told once; what is left is told once for both directions. */
export function byCommonNode<P extends Pick<Pair, 'from' | 'to'>>(bad: readonly P[]): PairGroup<P>[] {
  const [most] = [...othersOf(bad)].toSorted(([, one], [, other]) => other.size - one.size);
  if (most === undefined) return [];
  const [node, others] = most;
  if (others.size < 2) {
    const both = Map.groupBy(bad, ({ from, to }) => [from.name, to.name].toSorted().join());
    return [...both.values()].map((pairs) => ({ pairs }));
  }
  const own = (pair: P) => pair.from.name === node || pair.to.name === node;
  return [{ node, pairs: bad.filter(own) }, ...byCommonNode(bad.filter((pair) => !own(pair)))];
}

function othersOf(bad: readonly Pick<Pair, 'from' | 'to'>[]): Map<string, Set<string>> {
  const others = new Map<string, Set<string>>();
  const add = (node: string, other: string) => others.set(node, (others.get(node) ?? new Set()).add(other));
  for (const { from, to } of bad) {
    add(to.name, from.name);
    add(from.name, to.name);
  }
  return others;
}
