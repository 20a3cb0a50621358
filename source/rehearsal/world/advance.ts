import type { Product } from '../../product/schema.ts';
import { reconcile } from '../cluster/controllers/reconcile.ts';
import type { State } from '../model/state.ts';
import { touchedIn } from '../model/touched.ts';
import { handleEvent } from './events.ts';

/** More rounds than this in one go: a controller never settles, which is a bug in the program. */
const mostRounds = 20_000;

/**
 * Carries out all that is due up to `now`, in order of time: the agenda's events, and what the controllers of each cluster do
 * by themselves. It depends on the model alone, so that each process that looks sees the same.
 */
export function advance(state: State, now: number, product: Product | undefined): void {
  for (let round = 0; ; round += 1) {
    if (round > mostRounds) throw new Error('The rehearsal does not settle.');
    const entry = earliest(state.agenda, ({ at, order }) => [at, order]);
    const cluster = earliest(Object.values(state.clusters), ({ nextAt }) => [nextAt, 0]);
    const entryAt = entry?.at ?? Number.POSITIVE_INFINITY;
    const clusterAt = cluster === undefined ? Number.POSITIVE_INFINITY : Math.max(cluster.nextAt, state.time);
    if (Math.min(entryAt, clusterAt) > now) break;
    state.time = Math.max(state.time, Math.min(entryAt, clusterAt));
    if (entry !== undefined && entryAt <= clusterAt) {
      state.agenda.splice(state.agenda.indexOf(entry), 1);
      handleEvent(state, entry.event, product);
      disturb(state);
    } else if (cluster !== undefined) {
      cluster.nextAt = reconcile(state, cluster, state.time);
    }
  }
  state.time = Math.max(state.time, now);
}

/** Whether anything is to happen up to `now`. */
export function isDue(state: State, now: number): boolean {
  for (const { at } of state.agenda) if (at <= now) return true;
  // Asked at each look: no list of the clusters is made.
  for (const id in state.clusters) if ((state.clusters[id]?.nextAt ?? Number.POSITIVE_INFINITY) <= now) return true;
  return false;
}

/** The cluster of each machine when something was changed last. */
const homes = new WeakMap<State, Map<string, string | undefined>>();

/** Something has changed: the controllers of the clusters that it may concern look again. */
export function disturb(state: State): void {
  const touched = touchedIn(state.machines);
  const known = homes.get(state);
  const now = new Map(known);
  for (const { id, microk8s } of state.machines)
    if (known === undefined || touched.has(id)) now.set(id, microk8s?.cluster);
  homes.set(state, now);
  // A machine concerns the cluster that it leaves, too.
  const concerned = new Set([...touched].flatMap((id) => [known?.get(id), now.get(id)]));
  for (const cluster of Object.values(state.clusters)) {
    const isConcerned =
      known === undefined ||
      concerned.has(cluster.id) ||
      touchedIn(cluster.objects).size > 0 ||
      cluster.members.some(({ machine }) => touched.has(machine));
    if (isConcerned) cluster.nextAt = 0;
  }
}

function earliest<Item>(items: readonly Item[], rank: (item: Item) => readonly [number, number]): Item | undefined {
  return items.reduce<Item | undefined>((first, item) => {
    if (first === undefined) return item;
    const [time, order] = rank(item);
    const [firstTime, firstOrder] = rank(first);
    return time < firstTime || (time === firstTime && order < firstOrder) ? item : first;
  }, undefined);
}
