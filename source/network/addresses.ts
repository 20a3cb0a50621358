import ipaddr from 'ipaddr.js';
import { Fault } from '../errors/fault.ts';
import type { InterfaceFacts, NetworkFacts, NodeFacts } from '../facts/facts.ts';
import type { AddressWithPrefix } from '../site/address-rules.ts';
import type { SiteNode } from '../site/schema.ts';

/** What a node's place on the network follows from. */
export type PlacedSiteNode = Pick<SiteNode, 'reach' | 'network'>;

/** The static address that the site wants for a node; undefined where DHCP is kept or nothing is said. */
export function wantedAddress(node: PlacedSiteNode): AddressWithPrefix | undefined {
  const text = node.network?.mode === 'static' ? node.network.address : undefined;
  if (text === undefined) return undefined;
  const [address, prefix] = ipaddr.IPv4.parseCIDR(text);
  return { address: address.toString(), prefix };
}

/**
 * The IPv4 literal at which the cluster knows the node: the static one wanted, else what the node has.
 * Never a name: joining by name spoils the datastore's member list (https://github.com/canonical/microk8s/issues/4396).
 * Throws `Fault` when it has no IPv4 address.
 */
export function clusterAddress(node: SiteNode, facts?: NodeFacts): string {
  const address = wantedAddress(node)?.address ?? presentAddress(node, facts)?.address;
  if (address !== undefined) return address;
  if (ipaddr.IPv4.isValidFourPartDecimal(node.reach)) return node.reach;
  throw new Fault({
    what: `${node.name} has no IPv4 address that the cluster could use.`,
    where: node.name,
    why: 'Members of the cluster are known by IPv4 addresses, and none was seen on this node.',
    next: ['Give it a static address, or name the network interface that carries it.'],
  });
}

/** The address that carries the node now: of the interface named in the site, else the one that answered. */
export function presentAddress(
  node: PlacedSiteNode,
  facts: NodeFacts | undefined,
): InterfaceFacts['addresses'][number] | undefined {
  const carrier = carrierOf(node, facts);
  const usable = carrier === undefined ? [] : ipv4Of(carrier);
  return usable.find(({ address }) => address === facts?.access.address || address === node.reach) ?? usable[0];
}

/**
 * The interface that carries the node's address: named in the site, or with the address that answered, or with the
 * default route. Undefined where the facts do not tell.
 */
export function carrierOf(node: PlacedSiteNode, facts: NodeFacts | undefined): InterfaceFacts | undefined {
  const interfaces = facts?.network?.interfaces ?? [];
  const named = node.network?.interface;
  if (named !== undefined) return interfaces.find((candidate) => candidate.name === named);
  const wanted = wantedAddress(node)?.address;
  const holding = (address: string | undefined) =>
    interfaces.find((candidate) => ipv4Of(candidate).some((own) => own.address === address));
  return (
    holding(facts?.access.address) ??
    holding(node.reach) ??
    holding(wanted) ??
    interfaces.find((candidate) => candidate.name === defaultRoute(facts)?.device)
  );
}

/** The route to everywhere, as far as it was seen. */
export const defaultRoute = (facts: NodeFacts | undefined): NetworkFacts['routes'][number] | undefined =>
  facts?.network?.routes.find(({ to }) => to === 'default' || to === '0.0.0.0/0');

/** Addresses by which other machines can reach this interface. */
export function ipv4Of(face: InterfaceFacts): InterfaceFacts['addresses'] {
  return face.addresses.filter(
    ({ address }) =>
      ipaddr.IPv4.isValidFourPartDecimal(address) &&
      !['loopback', 'linkLocal'].includes(ipaddr.IPv4.parse(address).range()),
  );
}

/** The address so many places behind the first of a network: `10.152.183.10` for 10. */
export function addressIn(cidr: string, place: number): string {
  const start = ipaddr.IPv4.networkAddressFromCIDR(cidr).octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return [24, 16, 8, 0].map((shift) => Math.floor((start + place) / 2 ** shift) % 256).join('.');
}
