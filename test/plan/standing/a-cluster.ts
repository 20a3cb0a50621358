import type { StandingCluster } from '../../../source/plan/standing/standing.ts';
import { names, type Shape } from '../sample.ts';

interface Standing extends Shape {
  readonly lost?: readonly string[];
  /** Claim → node. */
  readonly locals?: Readonly<Record<string, string>>;
  /** Node → whether its copy of the one shared volume is healthy. */
  readonly copies?: Readonly<Record<string, boolean>>;
}

/** The cluster of a sample site as it stands: every node in its role, managers voters. */
export function standingOf({ lost = [], locals = {}, copies = {}, ...shape }: Standing): StandingCluster {
  const nodes = names(shape).map((name, at) => ({
    name,
    ready: !lost.includes(name),
    address: `10.0.4.${21 + at}`,
    role: name.startsWith('kw') ? ('worker' as const) : ('manager' as const),
    version: 'v1.34.4',
    schedulable: true,
  }));
  const lives = (node: string) => !lost.includes(node);
  return {
    through: 'ks-1',
    nodes,
    members: nodes.filter(({ role }) => role === 'manager').map(({ address }) => ({ address, role: 'voter' })),
    locals: Object.entries(locals).map(([claim, node]) => ({
      ...{ namespace: 'kloudspot', claim, volume: `pvc-${claim}`, node, pod: claim.replace('data-', '') },
      ready: lives(node),
    })),
    pools: Object.keys(copies).map((node) => ({ name: `kloudspot-${node}`, node, online: lives(node) })),
    copies: Object.entries(copies).map(([node, healthy]) => ({ volume: 'pvc-1', pool: `kloudspot-${node}`, healthy })),
    givenAddresses: ['10.0.4.30'],
    site: undefined,
    named: new Set(nodes.map(({ name }) => name)),
  };
}
