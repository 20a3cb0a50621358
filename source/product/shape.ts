import type { SiteNode } from '../site/schema.ts';
import type { Instances, Product } from './schema.ts';

type Nodes = readonly Pick<SiteNode, 'role'>[];
/** A number of managers and workers that a product allows. */
export type Shape = Product['topologies'][number];

/** Asked for each node of a site: counted once for a list, so that a question does not cost more the more nodes there are. */
const counted = new WeakMap<Nodes, Record<SiteNode['role'], number>>();

function countOf(nodes: Nodes): Record<SiteNode['role'], number> {
  const known = counted.get(nodes);
  if (known !== undefined) return known;
  const managers = nodes.filter(({ role }) => role === 'manager').length;
  const counts = { manager: managers, worker: nodes.length - managers };
  counted.set(nodes, counts);
  return counts;
}

/** The product's shape that so many managers and workers are; undefined where it allows none of that kind. */
export function shapeOf({ topologies }: Pick<Product, 'topologies'>, nodes: Nodes): Shape | undefined {
  const { manager: managers, worker: workers } = countOf(nodes);
  return topologies.find(
    ({ managers: wanted, minWorkers, maxWorkers }) =>
      wanted === managers && workers >= minWorkers && (maxWorkers === null || workers <= maxWorkers),
  );
}

/** Whether the managers of this shape only control: the product and its volumes are on the workers alone. */
export const onlyControls = (product: Pick<Product, 'topologies'>, nodes: Nodes): boolean =>
  shapeOf(product, nodes)?.controlOnly ?? false;

/** Whether parts of the product, and their volumes, may lie on a node of this role. */
export const carriesProduct = (product: Pick<Product, 'topologies'>, nodes: Nodes, role: SiteNode['role']): boolean =>
  role === 'worker' || !onlyControls(product, nodes);

/**
 * Whether the pool of shared volumes lies on a node of this role. On managers, where they carry the product: with three of them every
 * volume has one copy on each, and what a node must hold is exact. Other nodes reach shared volumes over the network.
 */
export const carriesPool = (product: Pick<Product, 'topologies'>, nodes: Nodes, role: SiteNode['role']): boolean =>
  role === (onlyControls(product, nodes) ? 'worker' : 'manager');

/** How many copies each word for instances means on a site. */
export interface InstanceCounts {
  /** Members of a service that votes, one on each manager (on each worker, where managers only control): an odd number. */
  readonly replicas: number;
  readonly workers: number;
  /** Nodes that carry the product. */
  readonly nodes: number;
}

/** The numbers for the nodes of a site. */
export function instanceCounts(product: Pick<Product, 'topologies'>, nodes: Nodes): InstanceCounts {
  const { manager: managers, worker: workers } = countOf(nodes);
  const only = onlyControls(product, nodes);
  return { replicas: replicas(only ? workers : managers), workers, nodes: only ? workers : managers + workers };
}

/** How many copies of a part its instances mean. */
export function copiesOf(instances: Instances, counts: InstanceCounts): number {
  switch (instances) {
    case 'perManager':
      return counts.replicas;
    case 'perWorker':
      return counts.workers;
    case 'perNode':
      return counts.nodes;
    default:
      return instances;
  }
}

/** Members of a replicated service vote: an even number survives no more losses than one less. */
export function replicas(members: number): number {
  return members % 2 === 0 ? Math.max(members - 1, 1) : members;
}
