import ipaddr from 'ipaddr.js';
import type { ClusterRanges } from '../microk8s/node.ts';

/*
 * What an address can be, in sentences. The field that it is typed into, site.yaml and preflight all take them from here:
 * the file names its place in front, preflight ends them with a full stop.
 */

/** An IPv4 address in its network: `10.0.4.22/24`. */
export interface AddressWithPrefix {
  readonly address: string;
  readonly prefix: number;
}

/** A node as the rules see it: the address that it will have, and all that it keeps. */
export interface PlacedNode {
  readonly name: string;
  readonly address?: AddressWithPrefix | undefined;
  readonly keeps: readonly string[];
}

const kinds: Readonly<Record<string, string>> = {
  unspecified: 'the unspecified address',
  loopback: 'a loopback address',
  linkLocal: 'a link-local address',
  multicast: 'a multicast address',
  broadcast: 'the broadcast address',
};

/** Why no machine can have it on a network; undefined: it can, or the text is not an IPv4 address. */
export function hostAddressProblem(text: string): string | undefined {
  const address = text.replace(/\/.*/, '');
  if (!ipaddr.IPv4.isValidFourPartDecimal(address)) return undefined;
  const parsed = ipaddr.IPv4.parse(address);
  const kind = kinds[parsed.range()] ?? ((parsed.octets[0] ?? 0) >= 240 ? 'a reserved address' : undefined);
  return kind && `${address} is ${kind}, which no machine on a network has`;
}

/** Why a machine cannot have it in its own network: it is the first or the last address there. */
export function endOfNetworkProblem(text: string): string | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return undefined;
  const [address, prefix] = ipaddr.IPv4.parseCIDR(text);
  return endProblem(address.toString(), { address: address.toString(), prefix });
}

/** Why it cannot be the cluster's one address. Nodes whose address is not known yet do not count. */
export function virtualAddressProblem(
  address: string,
  nodes: readonly PlacedNode[],
  gateways: readonly (string | undefined)[],
  ranges: ClusterRanges,
  workload?: string,
): string | undefined {
  const holder = nodes.find((node) => node.address?.address === address || node.keeps.includes(address));
  if (holder !== undefined)
    return `${address} is the address of ${holder.name}: the cluster needs one that no machine has`;
  if (gateways.includes(address))
    return `${address} is the address of a gateway: the cluster needs one that no machine has`;
  const range = Object.entries(ranges).find(([, cidr]) => isIn(address, cidr));
  if (range !== undefined) return `${address} is in ${range[1]}, which MicroK8s uses for ${range[0]}`;
  if (workload !== undefined && isIn(address, workload)) return endProblem(address, networkIn(workload));
  const known = nodes.flatMap((node) => (node.address === undefined ? [] : [{ name: node.name, of: node.address }]));
  const outside = known.find(({ of }) => !isInside(address, of));
  if (outside !== undefined)
    return `${address} is outside ${networkOf(outside.of)}, the network of ${outside.name}: MetalLB answers by ARP, which stays within one network`;
  return known.map(({ of }) => endProblem(address, of)).find((problem) => problem !== undefined);
}

/** Why it cannot be an address of services in the second network. */
export function workloadAddressProblem(
  address: string,
  range: string,
  nodes: readonly PlacedNode[],
): string | undefined {
  if (!isIn(address, range)) return `${address} is outside ${range}, the network for workload`;
  const holder = nodes.find((node) => node.address?.address === address || node.keeps.includes(address));
  return holder === undefined
    ? endProblem(address, networkIn(range))
    : `${address} is the address of ${holder.name}: a service needs one that no machine has`;
}

/** Why it cannot be the second network: another one has some of its addresses. */
export function workloadRangeProblem(
  range: string,
  nodes: readonly PlacedNode[],
  ranges: ClusterRanges,
): string | undefined {
  const taken = Object.entries(ranges).find(([, cidr]) => shareAddresses(range, cidr));
  if (taken !== undefined) return `${range} overlaps ${taken[1]}, which MicroK8s uses for ${taken[0]}`;
  const node = nodes.find(({ address }) => address !== undefined && shareAddresses(range, networkOf(address)));
  return node?.address === undefined
    ? undefined
    : `${range} overlaps ${networkOf(node.address)}, the network by which ${node.name} is in the cluster: the second network is another one`;
}

/** Why it cannot be the gateway of a node with that address. netplan takes it silently, and the node is cut off. */
export function gatewayProblem(
  gateway: string,
  node: { readonly name: string; readonly address: AddressWithPrefix },
): string | undefined {
  const { name, address } = node;
  if (gateway === address.address) return `${gateway} is the address of ${name} itself: it cannot be its gateway`;
  if (!isInside(gateway, address))
    return `${gateway} is outside ${networkOf(address)}, the network of ${name}, which cannot reach it`;
  return endProblem(gateway, address);
}

/** Whether an IPv4 address lies in the network. */
export function isInside(address: string, network: AddressWithPrefix): boolean {
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parse(network.address), network.prefix);
}

/** `10.0.4.0/24` of `10.0.4.22/24`. */
export function networkOf({ address, prefix }: AddressWithPrefix): string {
  return `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefix}`)}/${prefix}`;
}

function endProblem(address: string, network: AddressWithPrefix): string | undefined {
  if (network.prefix > 30) return undefined;
  const cidr = `${network.address}/${network.prefix}`;
  if (ipaddr.IPv4.networkAddressFromCIDR(cidr).toString() === address)
    return `${address} is the network address of ${networkOf(network)}, which no machine has`;
  return ipaddr.IPv4.broadcastAddressFromCIDR(cidr).toString() === address
    ? `${address} is the broadcast address of ${networkOf(network)}, which no machine has`
    : undefined;
}

const networkIn = (cidr: string): AddressWithPrefix => {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  return { address: address.toString(), prefix };
};

/** Whether two networks in prefix notation share an address. */
export function shareAddresses(one: string, other: string): boolean {
  const [left, leftPrefix] = ipaddr.IPv4.parseCIDR(one);
  const [right, rightPrefix] = ipaddr.IPv4.parseCIDR(other);
  return left.match(right, Math.min(leftPrefix, rightPrefix));
}

/** Whether an address lies in a network in prefix notation. */
export function isIn(address: string, cidr: string): boolean {
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidr));
}
