import type { NodeFacts } from './facts.ts';

/**
 * Nodes that share a value with another one and do not keep it. The first keeps it, a member of a cluster before others:
 * members are never changed.
 */
export function nodesToChange<Node extends { readonly name: string }>(
  nodes: readonly Node[],
  facts: ReadonlyMap<string, NodeFacts>,
  read: (facts: NodeFacts, node: Node) => string | undefined,
): Node[] {
  const seen = nodes.flatMap((node) => {
    const own = facts.get(node.name);
    const value = own && read(own, node);
    return value === undefined ? [] : [{ node, value, member: own?.microk8s?.joined === true }];
  });
  return [...Map.groupBy(seen, ({ value }) => value).values()].flatMap((alike) => {
    const [keeper] = alike.toSorted((one, other) => Number(other.member) - Number(one.member));
    return alike.filter((one) => one !== keeper && !one.member).map(({ node }) => node);
  });
}
