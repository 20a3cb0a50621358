import type { NodeFacts } from '../../facts/facts.ts';
import { carrierOf, presentAddress } from '../../network/addresses.ts';
import type { SiteNode } from '../../site/schema.ts';
import { measuredDuration } from '../../text/duration.ts';
import { listed } from '../../text/listed.ts';
import { type Check, type CheckInput, factsOf, fail, type Outcome, siteCheck, warn } from '../check.ts';
import { byCommonNode, outcomesOfPairs, type Pair, type PairGroup, pairsOf } from './asked-pairs.ts';
import { clockAdvice, clockFailMs, clockWarnMs } from './clock.ts';

export const pathMtu: Check = siteCheck(
  {
    id: 'path-mtu',
    title: 'Packet size between nodes',
    why: 'Where the way between two nodes takes smaller packets than their interfaces send, small packets pass and large ones vanish: joining works, then image pulls and replication hang.',
    source: 'RFC 1191; https://github.com/canonical/microk8s/issues/4142',
  },
  (input) => outcomesOfPairs(input, tooSmall(input), 'Packets as large as the interfaces send come back whole.'),
  'pair',
);

interface SmallPath extends Pair {
  readonly own: number;
  readonly passes: number;
}

/** One outcome for each size that passes, and of those one for each node that several others have it with. */
function tooSmall(input: CheckInput): Outcome[] {
  const small = pairsOf(input).flatMap((pair): SmallPath[] => {
    const own = carrierOf(pair.from, factsOf(input, pair.from))?.mtu;
    const passes = pair.answer.mtu;
    return own === undefined || passes === undefined || passes >= own ? [] : [{ ...pair, own, passes }];
  });
  const alike = Map.groupBy(small, ({ own, passes }) => `${own} ${passes}`);
  return [...alike.values()].flatMap((pairs) => byCommonNode(pairs).map(smallPath));
}

function smallPath({ node, pairs }: PairGroup<SmallPath>): Outcome {
  const { own = 0, passes = 0 } = pairs[0] ?? {};
  const all = [...new Set(pairs.flatMap(({ from, to }) => [from.name, to.name]))];
  const others = all.filter((name) => name !== node);
  const between = node === undefined ? listed(all) : `${node} and each of ${listed(others)}`;
  const advice = `Set the MTU of the switch ports and of the network between them to ${own}, or that of the nodes to ${passes}`;
  const reason = `Between ${between} packets of ${passes} bytes pass, and ${own} do not.`;
  return {
    ...fail(`${passes}`, reason, { wanted: String(own), advice }),
    nodes: node === undefined ? all : [node],
  };
}

export const pairClocks: Check = siteCheck(
  {
    id: 'pair-clocks',
    title: 'Clocks between nodes',
    why: 'Nodes compare times with one another, not with the machine that kloudspot runs on. Here each node measures the clock of each other one over their own network.',
    source: 'https://github.com/etcd-io/etcd/blob/main/server/etcdserver/api/rafthttp/probing_status.go',
  },
  (input) => outcomesOfPairs(input, eachPair(input, judgeClock), 'The clocks of all nodes agree.'),
  'pair',
);

function judgeClock({ from, to, answer }: Pair, input: CheckInput): Outcome | undefined {
  const { clockMs, clockUncertaintyMs = 0 } = answer;
  if (clockMs === undefined) return undefined;
  const sure = Math.abs(clockMs) - clockUncertaintyMs;
  if (sure <= clockWarnMs) return undefined;
  const seen = measuredDuration(clockMs);
  const reason = `The clock of ${to.name} is ${measuredDuration(Math.abs(clockMs))} ${clockMs < 0 ? 'behind' : 'ahead of'} that of ${from.name}.`;
  const rest = { wanted: `under ${measuredDuration(clockWarnMs)}`, advice: clockAdvice };
  // What this side sees too is reported there, once for each node.
  const known = [from, to].some((node) => (offsetOf(factsOf(input, node)) ?? 0) > clockWarnMs);
  return (sure > clockFailMs ? fail : warn)(seen, reason, known ? { ...rest, follows: 'clock-skew' } : rest);
}

/** ms between the node's clock and the one here, in either direction. */
function offsetOf(facts: NodeFacts | undefined): number | undefined {
  return facts?.time && Math.abs(facts.time.nodeMs - facts.time.localMs);
}

export const pairNames: Check = siteCheck(
  {
    id: 'pair-names',
    title: 'Names of the nodes',
    why: "A name that resolves to another machine sends traffic for the node there. The plan writes every node's name into /etc/hosts, which programs read first; what asks the name server alone still goes astray.",
    source: 'https://github.com/canonical/microk8s/issues/3152',
  },
  (input) => outcomesOfPairs(input, wrongNames(input), 'The name of each node resolves to that node only.'),
  'pair',
);

/** One outcome for each name that leads astray alike, with the nodes that ask it. */
function wrongNames(input: CheckInput): Outcome[] {
  const wrong = pairsOf(input).flatMap(({ from, to, answer }) => {
    const known = addressesOf(to, input);
    const other = answer.resolves.filter((address) => !known.includes(address));
    return other.length === 0 ? [] : [{ from, to, other: other.join(', ') }];
  });
  return [...Map.groupBy(wrong, ({ to, other }) => `${to.name} ${other}`).values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const { to, other } = first;
    const asking = alike.map(({ from }) => from.name);
    const outcome = warn(other, `On ${listed(asking)} the name ${to.name} resolves to ${other}.`, {
      wanted: addressesOf(to, input)[0] ?? to.reach,
      advice: `Correct the entry of ${to.name} in the name server; where it comes from: resolvectl query ${to.name}`,
    });
    return [{ ...outcome, nodes: asking.length === 1 ? [...asking, to.name] : [to.name] }];
  });
}

function addressesOf(node: SiteNode, input: CheckInput): string[] {
  const known = [presentAddress(node, factsOf(input, node))?.address, node.reach, node.network?.address?.split('/')[0]];
  return known.filter((address) => address !== undefined);
}

function eachPair(input: CheckInput, judge: (pair: Pair, input: CheckInput) => Outcome | undefined): Outcome[] {
  return pairsOf(input).flatMap((pair) => {
    const outcome = judge(pair, input);
    return outcome === undefined ? [] : [{ ...outcome, nodes: [pair.from.name, pair.to.name] }];
  });
}
