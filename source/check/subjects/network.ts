import { networkFindings } from '../../network/findings.ts';
import type { Finding } from '../../site/finding.ts';
import { type Check, type CheckInput, type CheckWords, factsOf, notSeen, perInput, unreadAdvice } from '../check.ts';

interface NetworkRule extends CheckWords {
  readonly about: 'node' | 'site';
}

/** The rules of addresses that are judged over all nodes at once, with their words. */
const rules: readonly NetworkRule[] = [
  {
    id: 'interface',
    title: 'Interface for the address',
    about: 'node',
    why: 'A static address is written for one interface by its name. If that name is not there the file does nothing, and the node is gone after the next start.',
    source: 'https://netplan.readthedocs.io/en/stable/netplan-yaml/#properties-for-physical-device-types',
  },
  {
    id: 'gateway',
    title: 'Gateway',
    about: 'node',
    why: 'netplan accepts a gateway outside the subnet silently, and the node is cut off when the file is applied.',
    source: 'https://netplan.readthedocs.io/en/stable/netplan-yaml/#routing',
  },
  {
    id: 'address-kept',
    title: 'Address that is kept',
    about: 'node',
    why: 'Where the site keeps what DHCP gives, a server must give it: an address that was set by hand lasts as long as its file, and no server knows of it.',
    source: 'RFC 2131 section 1.6 (a client keeps its address across restarts where the server does)',
  },
  {
    id: 'address-unique',
    title: 'Unique addresses',
    about: 'node',
    why: 'Two machines with one address lose packets in turns: everything seems to work, sometimes.',
    source: 'RFC 5227 section 1',
  },
  {
    id: 'same-network',
    title: 'One network',
    about: 'node',
    why: 'MetalLB answers for the virtual address by ARP, which ends at the border of the network: the address can only move between nodes of one network.',
    source: 'https://metallb.io/concepts/layer2/',
  },
  {
    id: 'cluster-ranges',
    title: 'Cluster networks',
    about: 'node',
    why: 'The cluster gives addresses of its own to pods and services: 10.1.0.0/16 and 10.152.183.0/24, or cluster.podRange and cluster.serviceRange. A machine or route in one of them is no longer reached once the cluster runs.',
    source: 'https://microk8s.io/docs/services-and-ports',
  },
  {
    id: 'netplan-files',
    title: 'Netplan change',
    about: 'node',
    why: 'One file that is not valid makes netplan refuse every change.',
    source: 'https://netplan.readthedocs.io/en/stable/netplan-generate/',
  },
  {
    id: 'virtual-address',
    title: 'Virtual address',
    about: 'site',
    why: "The cluster's one address must be in the nodes' network and not be used otherwise: no node, gateway, network or broadcast address.",
    source: 'https://metallb.io/concepts/layer2/',
  },
];

/** The findings of all rules. */
const findingsOf = perInput(({ site, facts }) => networkFindings(site, facts));

/** Where one of these fails the plan would leave the address as it is, or cut the node off. */
const strict = new Set(['interface', 'gateway', 'address-unique', 'netplan-files', 'virtual-address']);

export const networkChecks: readonly Check[] = rules.map((rule) => ({
  ...rule,
  ...(strict.has(rule.id) ? { strict: true } : {}),
  judge: (input) => judge(rule, input),
}));

function judge(rule: NetworkRule, input: CheckInput): Finding[] {
  const found = findingsOf(input).filter(({ check }) => check === rule.id);
  if (rule.about === 'site') return found.length > 0 ? found : [virtual(rule, input)];
  // A finding on two nodes is shown with the later one.
  const byNode = Map.groupBy(found, ({ nodes }) => nodes.at(-1));
  return input.site.nodes.flatMap((node) => {
    const own = byNode.get(node.name);
    if (own !== undefined) return own;
    const facts = factsOf(input, node);
    return facts?.network ? nothing(rule, node.name) : unseen(rule, node.name, facts !== undefined);
  });
}

function virtual(rule: NetworkRule, { site, facts }: CheckInput): Finding {
  if (site.network.virtualAddress === undefined) return nothing(rule);
  const reason = 'It is checked once the network of a node is known.';
  // Nodes that were seen and have no address have none of IPv4.
  const follows = [...facts.values()].some(({ network }) => network !== undefined) ? 'default-route' : 'facts-complete';
  return {
    check: rule.id,
    grade: 'warn',
    nodes: [],
    seen: notSeen,
    reason,
    advice: `Fix what ${follows} reports, then check again`,
    ...(facts.size > 0 ? { follows } : {}),
  };
}

function nothing(rule: NetworkRule, node?: string): Finding {
  const nodes = node === undefined ? [] : [node];
  return { check: rule.id, grade: 'pass', nodes, seen: '-', reason: 'This does not apply here.' };
}

function unseen(rule: NetworkRule, node: string, known: boolean): Finding {
  const reason = `The network of ${node} was not seen.`;
  return {
    check: rule.id,
    grade: 'warn',
    nodes: [node],
    seen: notSeen,
    reason,
    advice: unreadAdvice,
    ...(known ? { follows: 'facts-complete' } : {}),
  };
}
