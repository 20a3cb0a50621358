import type { NodeFacts } from '../../facts/facts.ts';
import { presentAddress, wantedAddress } from '../../network/addresses.ts';
import { rangesOf } from '../../network/cluster-ranges.ts';
import { filterTable } from '../../network/packet-filter.ts';
import { isIn, networkOf } from '../../site/address-rules.ts';
import type { SiteNode } from '../../site/schema.ts';
import { type AboutNode, type Check, type CheckInput, factsOf, fail, nodeCheck, pass, warn } from '../check.ts';
import { closedPairs } from './closed-pairs.ts';

/** A firewall of a node that may drop what other nodes send. */
interface Firewall {
  readonly seen: string;
  /** A sentence on it. */
  readonly words: (node: string) => string;
  /** The commands that let these networks in. */
  readonly allow: (sources: readonly string[]) => string;
}

export const firewall: Check = nodeCheck(
  {
    id: 'firewall',
    title: 'Firewall',
    why: 'A firewall that does not know the cluster drops what nodes and pods send one another: joining hangs, or services answer on some nodes only.',
    source: 'https://microk8s.io/docs/services-and-ports; https://microk8s.io/docs/troubleshooting',
  },
  'services',
  (services, about) => {
    const found = firewallIn(services);
    if (found === undefined) return pass('none', 'No firewall of the node drops packets.');
    // What was measured between the nodes names the ports, and the same command.
    const measured = closedPairs(about.input).some(({ to }) => to.name === about.node.name);
    return warn(found.seen, found.words(about.node.name), {
      advice: found.allow(clusterSources(about)),
      ...(measured ? { follows: 'pair-ports' } : {}),
    });
  },
);

/** Where the site wants a packet filter: whether it lets in who administers. */
export const administrators: Check = nodeCheck(
  {
    id: 'administrators',
    title: 'SSH past the packet filter',
    why: 'The packet filter takes SSH from the networks of the administrators only. Without the address that kloudspot comes from, every node that is reached from there is cut off, and drops the new rules after a minute; on the machine that kloudspot runs on they stay, and the next login is refused.',
    source: 'network.firewall in docs/site-file.md; SSH_CONNECTION in ssh(1)',
  },
  'services',
  ({ ssh }, { node, facts, input }) => {
    const { firewall: wanted } = input.site.network;
    if (wanted === undefined) return pass('none', 'The site wants no packet filter.');
    const { administrators: networks } = wanted;
    if (networks.length === 0) return pass('from anywhere', 'No network of administrators is named.');
    if (ssh === undefined) return pass('no SSH', `No open SSH session leads to ${node.name}.`);
    const { from } = ssh;
    const own = facts.network?.interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address)) ?? [];
    // It comes in by the loopback interface, which is open.
    if (from.startsWith('127.') || own.includes(from)) return pass(from, `${node.name} is reached from itself.`);
    if (networks.some((network) => !from.includes(':') && isIn(from, network)))
      return pass(from, `${from} is among the administrators.`);
    return fail(from, `SSH reaches ${node.name} from ${from}, and the packet filter would not let that in.`, {
      wanted: `in ${networks.join(', ')}`,
      advice: from.includes(':')
        ? 'Reach the node by IPv4: administrators are networks of IPv4. Or leave them out, then SSH is let in from anywhere.'
        : `Add ${from}/32, or its network, to network.firewall.administrators in site.yaml`,
      field: ['network', 'firewall', 'administrators'],
    });
  },
);

/** The firewall of a node that was seen. */
export function firewallOf(node: SiteNode, input: CheckInput): Firewall | undefined {
  const services = factsOf(input, node)?.services;
  return services && firewallIn(services);
}

function firewallIn({
  firewall: { ufw, dropping: all },
  active,
}: NonNullable<NodeFacts['services']>): Firewall | undefined {
  // Ours takes what the cluster needs.
  const dropping = all.filter(({ table }) => table !== filterTable.join(' '));
  if (ufw) return ufwWords;
  if (active.includes('firewalld')) return firewalldWords;
  if (dropping.length === 0) return undefined;
  return {
    seen: dropping.map(({ chain }) => chain).join(', '),
    words: (node) =>
      `The packet filter of ${node} drops what no rule accepts (${dropping.map(({ table, chain }) => `${table} ${chain}`).join(', ')}).`,
    allow: (sources) => {
      const from = sources.length === 1 ? sources.join() : `{ ${sources.join(', ')} }`;
      const rules = dropping.map(
        ({ table, chain }) => `sudo nft insert rule ${table} ${chain} ip saddr ${from} accept`,
      );
      return `${rules.join('; ')}; and the same in /etc/nftables.conf`;
    },
  };
}

const ufwWords: Firewall = {
  seen: 'ufw',
  words: (node) => `ufw is active on ${node}; without rules it drops what other nodes send.`,
  allow: (sources) =>
    `${sources.map((source) => `sudo ufw allow from ${source}`).join('; ')}; sudo ufw default allow routed`,
};

const firewalldWords: Firewall = {
  seen: 'firewalld',
  words: (node) => `firewalld is active on ${node}; without rules it drops what other nodes send.`,
  allow: (sources) =>
    `sudo firewall-cmd --permanent --zone=trusted ${sources.map((source) => `--add-source=${source}`).join(' ')}; sudo firewall-cmd --reload`,
};

/** The networks that the cluster's packets come from. */
export function clusterSources({
  node,
  facts,
  input,
}: Pick<AboutNode, 'node' | 'input'> & { facts?: NodeFacts }): string[] {
  const own = wantedAddress(node) ?? presentAddress(node, facts);
  return [...(own === undefined ? [] : [networkOf(own)]), rangesOf(input.site).pods];
}
