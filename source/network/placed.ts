import type { NodeFacts } from '../facts/facts.ts';
import type { AddressWithPrefix } from '../site/address-rules.ts';
import type { Finding } from '../site/finding.ts';
import type { SiteNode, SitePath } from '../site/schema.ts';

/** A node as the rules below look at it: the address that it will have, and what its network is now. */
export interface Placed {
  readonly node: SiteNode;
  readonly index: number;
  readonly facts: NodeFacts | undefined;
  readonly address: AddressWithPrefix | undefined;
}

/** A finding about this node; one that is not a pass names the field that could change it. */
export function ofNode(
  one: Placed,
  finding: Omit<Finding, 'nodes' | 'field'> & { readonly below?: SitePath },
): Finding {
  const { below, ...rest } = finding;
  const field = ['nodes', one.index, 'network', ...(below ?? [])];
  return { ...rest, nodes: [one.node.name], ...(finding.grade === 'pass' ? {} : { field }) };
}
