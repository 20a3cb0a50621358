import type { Product } from '../../product/schema.ts';
import { reconcile } from '../cluster/reconcile.ts';
import { happen } from './happen.ts';
import type { State } from './state.ts';

/** More than this in one go is a controller that never comes to rest: a fault of ours. */
const mostRounds = 200_000;

/**
 * Lets happen all that is due up to `now`, in order of time: the agenda's events, and what the controllers of each cluster do
 * by themselves. It rests on the model and on times in it alone, so that each process that looks sees the same.
 */
export function advance(state: State, now: number, product: Product | undefined): void {
  const resting = new Map<string, number>();
  for (let round = 0; round < mostRounds; round += 1) {
    const event = state.agenda.reduce<State['agenda'][number] | undefined>(
      (first, other) =>
        first === undefined || other.at < first.at || (other.at === first.at && other.order < first.order)
          ? other
          : first,
      undefined,
    );
    const clusterTimes = Object.values(state.clusters).map((cluster) => {
      const next = resting.get(cluster.id) ?? state.time;
      return { cluster, next };
    });
    const cluster = clusterTimes.reduce<(typeof clusterTimes)[number] | undefined>(
      (first, other) => (first === undefined || other.next < first.next ? other : first),
      undefined,
    );
    const eventAt = event?.at ?? Number.POSITIVE_INFINITY;
    const clusterAt = cluster?.next ?? Number.POSITIVE_INFINITY;
    const next = Math.min(eventAt, clusterAt);
    if (next > now) break;
    state.time = Math.max(state.time, next);
    if (event !== undefined && eventAt <= clusterAt) {
      state.agenda.splice(state.agenda.indexOf(event), 1);
      happen(state, event.event, product);
      // What happened may concern any of them.
      resting.clear();
    } else if (cluster !== undefined) {
      resting.set(cluster.cluster.id, reconcile(state, cluster.cluster, state.time, product));
    }
  }
  state.time = Math.max(state.time, now);
}
