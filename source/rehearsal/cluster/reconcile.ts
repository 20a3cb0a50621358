import type { Product } from '../../product/schema.ts';
import type { Cluster } from '../model/cluster.ts';
import type { State } from '../model/state.ts';

/** The controllers of one cluster. */
export function reconcile(_state: State, _cluster: Cluster, _now: number, _product: Product | undefined): number {
  return Number.POSITIVE_INFINITY;
}
