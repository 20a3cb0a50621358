import { presentAddress } from '../../network/addresses.ts';
import { portInWords } from '../../product/pair-ports.ts';
import { listed } from '../../text/listed.ts';
import { type Check, type CheckInput, factsOf, fail, type Outcome, siteCheck } from '../check.ts';
import { byCommonNode, outcomesOfPairs, pairsOf } from './asked-pairs.ts';
import { type ClosedPair, closedPairs } from './closed-pairs.ts';
import { clusterSources, firewallOf } from './firewall.ts';

export const pairPorts: Check = siteCheck(
  {
    id: 'pair-ports',
    title: 'Ports between nodes',
    why: 'Every node talks to every other one on these ports. A firewall between two of them lets joining hang, or the pod network fail between these two only. Where nothing listens yet the probe itself listens for a few seconds.',
    source: 'https://microk8s.io/docs/services-and-ports',
  },
  (input) => outcomesOfPairs(input, told(input), 'Every node reaches every other one on all ports.'),
  'pair',
);

/** One outcome for each node whose firewall was seen; of the rest one for each node that several others miss. */
function told(input: CheckInput): Outcome[] {
  const [guarded = [], open = []] = [true, false].map((wanted) =>
    closedPairs(input).filter(({ to }) => (firewallOf(to, input) !== undefined) === wanted),
  );
  const byTarget = [...Map.groupBy(guarded, ({ to }) => to.name).values()];
  const groups = byCommonNode(open);
  return [
    ...byTarget.map((pairs) =>
      outcomeOf(pairs, atFirewall(pairs, input), input, pairs.length > 1 ? pairs[0]?.to.name : undefined),
    ),
    ...groups.map(({ node, pairs }) => outcomeOf(pairs, alongTheWay(pairs, node), input, node)),
  ];
}

function outcomeOf(pairs: readonly ClosedPair[], advice: string, input: CheckInput, node?: string): Outcome {
  const ports = new Set(pairs.flatMap((pair) => pair.ports));
  const all = pairs.every((pair) => pair.ports.length === Object.keys(pair.answer.ports).length);
  const seen = all ? 'no port' : `${ports.size} closed`;
  const nodes = node === undefined ? [...new Set(pairs.flatMap(({ from, to }) => [from.name, to.name]))] : [node];
  return { ...fail(seen, reasonOf(pairs, node ?? pairs[0]?.to.name, input), { wanted: 'open', advice }), nodes };
}

/** `ks-1 and ks-3 do not reach ks-2 on …: no answer comes back.` For a common node: what comes in, then what goes out. */
function reasonOf(pairs: readonly ClosedPair[], common: string | undefined, input: CheckInput): string {
  const outgoing = pairs.filter(({ from }) => from.name === common);
  const incoming = pairs.filter((pair) => !outgoing.includes(pair));
  return [incoming, outgoing]
    .filter((some) => some.length > 0)
    .map((some) => {
      const from = [...new Set(some.map((pair) => pair.from.name))];
      const to = [...new Set(some.map((pair) => pair.to.name))];
      const ports = [...new Set(some.flatMap((pair) => pair.ports))].map((name) => portInWords(name, input.product));
      const how = some.some(({ silent }) => silent) ? 'no answer comes back' : 'it is refused';
      return `${listed(from)} ${from.length === 1 ? 'does' : 'do'} not reach ${listed(to)} on ${ports.join(', ')}: ${how}.`;
    })
    .join(' ');
}

/** The command that lets in who is shut out; where everyone is, the networks of the cluster. */
function atFirewall(pairs: readonly ClosedPair[], input: CheckInput): string {
  const [first] = pairs;
  const node = first?.to;
  if (node === undefined) return '';
  const facts = factsOf(input, node);
  const asking = pairsOf(input).filter(({ to }) => to === node).length;
  const all = pairs.length === asking && asking > 1;
  const sources = all
    ? clusterSources({ node, input, ...(facts === undefined ? {} : { facts }) })
    : pairs.map(({ from }) => presentAddress(from, factsOf(input, from))?.address ?? from.reach);
  return `On ${node.name}: ${firewallOf(node, input)?.allow(sources)}`;
}

function alongTheWay(pairs: readonly ClosedPair[], node: string | undefined): string {
  const [first] = pairs;
  const port = first?.ports[0]?.split(' ').toReversed().join('/') ?? '';
  const rules = `sudo nft list ruleset | grep -nE 'drop|reject|${port.split('/')[0]}'`;
  const where = node === undefined ? `${first?.to.name} and on ${first?.from.name}` : node;
  const between = node === undefined ? 'between them' : 'between it and the others';
  return `Look for a rule that drops it: on ${where} ${rules}; ${between} switch, router and hypervisor must pass ${port}`;
}
