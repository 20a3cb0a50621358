import { parseMicroK8sStatus } from '../../source/microk8s/status.ts';
import { type Bench, items, microk8s } from '../rehearsal/world.ts';

const marks = ['clustered.lock', 'join-in-progress', 'no-cert-reissue', 'no-k8s-dqlite', 'stopped.lock'];

/** Marks on a machine, and the members and Nodes that the cluster of the seed has. */
export async function readObjects(world: Bench, on: string) {
  const host = await world.host(on).catch(() => undefined);
  const there = await Promise.all(
    marks.map(async (name) =>
      (await host?.readFile(`/var/snap/microk8s/current/var/lock/${name}`)) === undefined ? [] : [name],
    ),
  );
  const status = parseMicroK8sStatus(await world.run('ks-1', `${microk8s} status --format yaml`));
  const nodes = await items(world, 'ks-1', 'nodes').catch(() => []);
  return {
    locks: there.flat(),
    members: status.state === 'running' ? status.members.map(({ address }) => address).toSorted() : [],
    nodes: nodes.map(({ metadata }) => metadata.name).toSorted(),
  };
}
