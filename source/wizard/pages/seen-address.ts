import ipaddr from 'ipaddr.js';
import type { InterfaceFacts, NodeFacts } from '../../facts/facts.ts';
import { defined } from '../../text/defined.ts';

/** Where a node stands on the network now: the interface that carries its address or the default route. */
export interface SeenAddress {
  readonly interface: InterfaceFacts;
  readonly address: string;
  readonly prefix: number;
  readonly dynamic: boolean;
  readonly gateway?: string;
}

/** Where the node stands that is reached at `reach`; undefined where no IPv4 address was seen. */
export function seenAddress(facts: NodeFacts | undefined, reach: string): SeenAddress | undefined {
  const network = facts?.network;
  if (!network) return undefined;
  const route = network.routes.find((candidate) => candidate.to === 'default' || candidate.to === '0.0.0.0/0');
  const reached = network.interfaces.find((nic) => nic.addresses.some((one) => one.address === reach));
  const nic = reached ?? network.interfaces.find((candidate) => candidate.name === route?.device);
  const ipv4 = nic?.addresses.filter((one) => ipaddr.IPv4.isValidFourPartDecimal(one.address));
  const found = ipv4?.find((one) => one.address === reach) ?? ipv4?.[0];
  if (!nic || !found) return undefined;
  return { interface: nic, ...found, ...defined({ gateway: route?.via }) };
}
