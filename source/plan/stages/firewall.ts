import { packetFilterRules } from '../../host/node-state.ts';
import { administratorPorts, clientPorts } from '../../microk8s/node.ts';
import { clusterAddress } from '../../network/addresses.ts';
import { rangesOf } from '../../network/cluster-ranges.ts';
import { filterText, type PacketFilter } from '../../network/packet-filter.ts';
import { portsOf } from '../../product/pair-ports.ts';
import type { SiteNode } from '../../site/schema.ts';
import { planFirewall } from '../steps/firewall.ts';
import { planFirewallRemoval } from '../steps/firewall-removal.ts';
import { askedFilesOf } from './addresses.ts';
import type { Planning } from './planning.ts';

/** Where the site wants one, every node gets it, members that stay too: they must let a new node in. One that it wants no more goes. */
export function addFirewall(planning: Planning, node: SiteNode, also: readonly string[]): void {
  const { name, local = false } = node;
  const filter = filterOf(planning, node);
  if (filter !== undefined) planning.list.addNode(name, planFirewall({ node: name, local }, filterText(filter)), also);
  else if (askedFilesOf(planning, node).includes(packetFilterRules))
    planning.list.addNode(name, planFirewallRemoval(name), also);
}

/** What a node takes, by its role and the one table of ports; undefined where the site wants no firewall. */
export function filterOf(
  { site, product, facts }: Pick<Planning, 'site' | 'product' | 'facts'>,
  node: SiteNode,
): PacketFilter | undefined {
  const { firewall } = site.network;
  if (firewall === undefined) return undefined;
  const asked = portsOf(site, product, node).map((name) => name.split(' '));
  const of = (wanted: string) =>
    numbers(asked.flatMap(([protocol, port]) => (protocol === wanted ? [Number(port)] : [])));
  const manager = node.role === 'manager';
  return {
    cluster: [...site.nodes.map((each) => clusterAddress(each, facts.get(each.name))), rangesOf(site).pods],
    tcp: of('tcp'),
    udp: of('udp'),
    clients: numbers(clientPorts),
    administration: numbers([sshPort(node, facts), ...(manager ? administratorPorts : [])]),
    administrators: firewall.administrators,
  };
}

/** The node's own port of SSH: that of its login may be one that a router forwards. */
const sshPort = ({ name, access }: SiteNode, facts: Planning['facts']): number =>
  facts.get(name)?.services?.ssh?.port ?? access?.port ?? 22;

const numbers = (all: readonly number[]): number[] => [...new Set(all)].toSorted((one, other) => one - other);
