import type { NodeFacts } from '../../facts/facts.ts';
import { carrierOf, ipv4Of } from '../../network/addresses.ts';
import { type Check, type CheckInput, factsOf, fail, nodeCheck, pass, perInput, warn } from '../check.ts';

export const mtu: Check = nodeCheck(
  {
    id: 'mtu',
    title: 'MTU',
    why: 'Nodes with different MTUs lose large packets only: joining works, then image pulls and database replication hang. Below 1500 the pod network needs a smaller MTU too.',
    source: 'https://github.com/canonical/microk8s/issues/4142',
  },
  'network',
  (_, { node, facts, input }) => {
    const own = carrierOf(node, facts);
    if (!own)
      return warn('not seen', `Cannot determine which interface of ${node.name} carries the cluster.`, {
        advice: 'Name it as the interface of the node, on the page Network',
        ...(hasIpv4(facts) ? {} : { follows: 'default-route' }),
      });
    const usual = usualMtu(input);
    const seen = `${own.mtu} ${own.name}`;
    if (usual !== undefined && own.mtu !== usual) {
      return fail(seen, `${own.name} of ${node.name} has MTU ${own.mtu}, the other nodes have ${usual}.`, {
        wanted: String(usual),
        advice: `Set the same MTU everywhere: ip link set ${own.name} mtu ${usual}, and in netplan`,
      });
    }
    if (own.mtu < 1500) {
      return warn(seen, `All nodes have MTU ${own.mtu}: the pod network must stay 50 below.`, {
        wanted: '1500',
        advice: `Set CALICO_VETH_MTU to ${own.mtu - 50} before MicroK8s is installed`,
      });
    }
    return pass(seen, 'The same on all nodes.');
  },
);

/** Without an IPv4 address no interface can carry the cluster. */
function hasIpv4({ network }: NodeFacts): boolean {
  return network?.interfaces.some((face) => ipv4Of(face).length > 0) ?? false;
}

const usualMtu = perInput((input) => mostCommon(allMtus(input)));

function allMtus(input: CheckInput): number[] {
  return input.site.nodes.flatMap((node) => {
    const facts = factsOf(input, node);
    return (facts && carrierOf(node, facts)?.mtu) ?? [];
  });
}

/** The first of the most frequent. */
function mostCommon(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
