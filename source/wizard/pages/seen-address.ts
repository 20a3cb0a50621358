import type { InterfaceFacts, NodeFacts } from '../../facts/facts.ts';
import { carrierOf, defaultRoute, presentAddress } from '../../network/addresses.ts';
import { defined } from '../../text/defined.ts';

/** Where a node is on the network now: the interface that carries its address or the default route. */
export interface SeenAddress {
  readonly interface: InterfaceFacts;
  readonly address: string;
  readonly prefix: number;
  readonly dynamic: boolean;
  readonly gateway?: string;
}

/** Where the node is that is reached at `reach`; undefined where no IPv4 address was seen. */
export function seenAddress(facts: NodeFacts | undefined, reach: string): SeenAddress | undefined {
  const node = { reach, network: undefined };
  const [nic, found] = [carrierOf(node, facts), presentAddress(node, facts)];
  if (nic === undefined || found === undefined) return undefined;
  return { interface: nic, ...found, ...defined({ gateway: defaultRoute(facts)?.via }) };
}
