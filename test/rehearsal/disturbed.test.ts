import { expect, test } from 'vitest';
import { foundCluster } from '../../source/rehearsal/cluster/bootstrap.ts';
import { machineOf, machineSeen, type State } from '../../source/rehearsal/model/state.ts';
import { Store } from '../../source/rehearsal/model/store.ts';
import { takeTouched } from '../../source/rehearsal/model/touched.ts';
import { disturb } from '../../source/rehearsal/world/advance.ts';
import { bench, install } from './world.ts';

const later = Number.MAX_SAFE_INTEGER;

/** Two machines, each with a cluster of its own whose controllers have nothing to do. */
async function settled(): Promise<State> {
  const world = await bench();
  await install(world, 'ks-1', 'ks-2');
  await world.close();
  const state = new Store(world.files.rehearsal).load();
  if (state === undefined) throw new Error('nothing was saved');
  disturb(state);
  settle(state);
  return state;
}

function settle(state: State): void {
  takeTouched(state.machines);
  for (const cluster of Object.values(state.clusters)) {
    takeTouched(cluster.objects);
    cluster.nextAt = later;
  }
}

const clusterOf = (state: State, machine: string) => machineSeen(state, machine).microk8s?.cluster ?? '';

/** Clusters whose controllers look again. */
const woken = (state: State): string[] =>
  Object.values(state.clusters)
    .filter(({ nextAt }) => nextAt === 0)
    .map(({ id }) => id);

test('a change wakes the controllers of the clusters that it may concern, and no others', async () => {
  const state = await settled();
  machineOf(state, 'ks-1').hostname = 'other';
  disturb(state);
  expect(woken(state)).toEqual([clusterOf(state, 'ks-1')]);
  settle(state);
  state.struck['ks-1'] = 1;
  disturb(state);
  expect(woken(state)).toEqual([]);
});

test('a machine that leaves a cluster concerns that cluster and the one that it comes to', async () => {
  const state = await settled();
  const left = clusterOf(state, 'ks-1');
  const cluster = state.clusters[left];
  if (cluster !== undefined) cluster.members = [];
  foundCluster(state, machineOf(state, 'ks-1'), '1.34.1');
  disturb(state);
  expect(woken(state).toSorted()).toEqual([left, clusterOf(state, 'ks-1')].toSorted());
});
