import type { NodeFacts } from '../../facts/facts.ts';
import type { PairAnswer } from '../../facts/pairs-probe.ts';
import { carrierOf, presentAddress } from '../../network/addresses.ts';
import type { SiteNode } from '../../site/schema.ts';
import { measuredDuration } from '../../text/duration.ts';
import {
  type Check,
  type CheckInput,
  factsOf,
  fail,
  notSeen,
  type Outcome,
  pass,
  perInput,
  siteCheck,
  warn,
} from '../check.ts';
import { portInWords } from '../pair-ports.ts';
import { clockAdvice, clockFailMs, clockWarnMs } from './clock.ts';

interface Pair {
  readonly from: SiteNode;
  readonly to: SiteNode;
  readonly answer: PairAnswer;
}

/** Pairs that were asked, in the order of the site's nodes: the same for all checks of pairs. */
const pairsOf = perInput(({ site, evidence }): Pair[] =>
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

function eachPair(
  input: CheckInput,
  judge: (pair: Pair, input: CheckInput) => Outcome | undefined,
  good: string,
): Outcome[] {
  if (input.site.nodes.length < 2) return [pass('one node', 'There is no pair of nodes.')];
  const pairs = pairsOf(input);
  const bad = pairs.flatMap((pair) => {
    const outcome = judge(pair, input);
    return outcome === undefined ? [] : [{ ...outcome, nodes: [pair.from.name, pair.to.name] }];
  });
  const asked = new Set(pairs.map(({ from }) => from.name));
  const silent = input.site.nodes.filter(({ name }) => !asked.has(name)).map(({ name }) => name);
  const missing =
    silent.length === 0
      ? []
      : [
          {
            ...warn(notSeen, `Other nodes were not asked from ${silent.join(', ')}.`, {
              advice: 'Fix the access to these nodes, then check again',
            }),
            nodes: silent,
          },
        ];
  const all = [...bad, ...missing];
  return all.length > 0 ? all : [pass(`${pairs.length} pairs`, good)];
}

export const pairPorts: Check = siteCheck(
  {
    id: 'pair-ports',
    title: 'Ports between nodes',
    why: 'Every node talks to every other one on these ports. A firewall between two of them lets joining hang, or the pod network fail between these two only. Where nothing listens yet the probe itself listens for a few seconds.',
    source: 'https://microk8s.io/docs/services-and-ports',
  },
  (input) => eachPair(input, judgePorts, 'Every node reaches every other one on all ports.'),
  'pair',
);

function judgePorts({ from, to, answer }: Pair, input: CheckInput): Outcome | undefined {
  const busy = new Set(input.evidence?.pairs?.get(to.name)?.busy);
  // What has a port already may listen for this machine only, or may not answer by UDP; the check ports-free names it.
  const closed = Object.entries(answer.ports).filter(
    ([name, state]) => state !== 'open' && !(busy.has(name) && (state === 'refused' || name.startsWith('udp'))),
  );
  if (closed.length === 0) return undefined;
  const ports = closed.map(([name]) => portInWords(name, input.product)).join(', ');
  const all = closed.length === Object.keys(answer.ports).length;
  const how = closed.some(([, state]) => state === 'silent') ? 'no answer comes back' : 'it is refused';
  return fail(
    all ? 'no port' : `${closed.length} closed`,
    `${from.name} does not reach ${to.name} on ${ports}: ${how}.`,
    {
      wanted: 'open',
      advice: openAdvice(
        from,
        to,
        closed.map(([name]) => name),
        input,
      ),
    },
  );
}

/** The command that opens the ports, where a firewall of the target was seen. */
function openAdvice(from: SiteNode, to: SiteNode, ports: readonly string[], input: CheckInput): string {
  const source = presentAddress(from, factsOf(input, from))?.address ?? from.reach;
  const services = factsOf(input, to)?.services;
  const on = `On ${to.name}: `;
  if (services?.firewall.ufw) return `${on}sudo ufw allow from ${source}`;
  if (services?.active.includes('firewalld'))
    return `${on}sudo firewall-cmd --permanent --zone=trusted --add-source=${source}; sudo firewall-cmd --reload`;
  const chain = services?.firewall.dropping.find(({ hook }) => hook === 'input');
  if (chain !== undefined)
    return `${on}sudo nft insert rule ${chain.table} ${chain.chain} ip saddr ${source} accept; and the same in /etc/nftables.conf`;
  const [protocol = '', port = ''] = ports[0]?.split(' ') ?? [];
  return `Look for a rule that drops it: on ${to.name} and on ${from.name} sudo nft list ruleset | grep -nE 'drop|reject|${port}'; between them switch, router and hypervisor must pass ${port}/${protocol}`;
}

export const pathMtu: Check = siteCheck(
  {
    id: 'path-mtu',
    title: 'Packet size between nodes',
    why: 'Where the way between two nodes takes smaller packets than their interfaces send, small packets pass and large ones vanish: joining works, then image pulls and replication hang.',
    source: 'RFC 1191; https://github.com/canonical/microk8s/issues/4142',
  },
  (input) => eachPair(input, judgeMtu, 'Packets as large as the interfaces send come back whole.'),
  'pair',
);

function judgeMtu({ from, to, answer }: Pair, input: CheckInput): Outcome | undefined {
  const own = carrierOf(from, factsOf(input, from))?.mtu;
  if (own === undefined || answer.mtu === undefined || answer.mtu >= own) return undefined;
  return fail(
    `${answer.mtu}`,
    `Between ${from.name} and ${to.name} packets of ${answer.mtu} bytes pass, and ${own} do not.`,
    {
      wanted: String(own),
      advice: `Set the MTU of the switch ports and of the network between them to ${own}, or that of the nodes to ${answer.mtu}`,
    },
  );
}

export const pairClocks: Check = siteCheck(
  {
    id: 'pair-clocks',
    title: 'Clocks between nodes',
    why: 'Nodes compare times with one another, not with the machine that kloudspot runs on. Here each node measures the clock of each other one over their own network.',
    source: 'https://github.com/etcd-io/etcd/blob/main/server/etcdserver/api/rafthttp/probing_status.go',
  },
  (input) => eachPair(input, judgeClock, 'The clocks of all nodes agree.'),
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
    why: "A name that leads to another machine sends what is meant for the node there. The plan writes every node's name into /etc/hosts, which programs read first; what asks the name server alone still goes astray.",
    source: 'https://github.com/canonical/microk8s/issues/3152',
  },
  (input) => eachPair(input, judgeName, 'No name of a node leads to another machine.'),
  'pair',
);

function judgeName({ from, to, answer }: Pair, input: CheckInput): Outcome | undefined {
  const known = [presentAddress(to, factsOf(input, to))?.address, to.reach, to.network?.address?.split('/')[0]];
  const wrong = answer.resolves.filter((address) => !known.includes(address));
  if (wrong.length === 0) return undefined;
  return warn(wrong.join(', '), `On ${from.name} the name ${to.name} leads to ${wrong.join(', ')}.`, {
    wanted: known.find((address) => address !== undefined) ?? to.reach,
    advice: `Correct the entry of ${to.name} in the name server; where it comes from: resolvectl query ${to.name}`,
  });
}
