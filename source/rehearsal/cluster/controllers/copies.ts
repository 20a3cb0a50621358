import * as z from 'zod';
import type { KubeObject } from '../../model/cluster.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { find, keyOfObject, list, put, putStatus, remove } from '../store.ts';

const namespace = 'openebs';
const ofPool = 'cstorpoolinstance.openebs.io/name';
const ofVolume = 'cstorvolume.openebs.io/name';
/** ms that a new copy takes to hold what the others hold. */
const rebuildMs = 15_000;

const config = z.object({
  policy: z.object({ replicaPoolInfo: z.array(z.object({ poolName: z.string() })).default([]) }).prefault({}),
});
const phase = z.object({ phase: z.string().default('') });

/** cStor's plan of a volume's copies, one on each of so many pools of its class. */
export function copiesOf(
  { cluster, now }: ReconcileContext,
  volume: string,
  parameters: Readonly<Record<string, string>>,
): void {
  const pools = list(cluster, 'CStorPoolInstance', namespace)
    .slice(0, Number(parameters['replicaCount'] ?? 1))
    .map(({ metadata }) => ({ poolName: metadata.name }));
  put(
    cluster,
    {
      apiVersion: 'cstor.openebs.io/v1',
      kind: 'CStorVolumeConfig',
      metadata: { name: volume, namespace },
      spec: { policy: { replicaPoolInfo: pools } },
      status: { phase: 'Bound', poolInfo: pools.map(({ poolName }) => poolName) },
    },
    now,
  );
  for (const { poolName } of pools) putCopy(cluster, volume, poolName, 'Healthy', now);
}

function putCopy(
  cluster: ReconcileContext['cluster'],
  volume: string,
  pool: string,
  state: string,
  now: number,
): KubeObject {
  return put(
    cluster,
    {
      apiVersion: 'cstor.openebs.io/v1',
      kind: 'CStorVolumeReplica',
      metadata: {
        name: `${volume}-${pool}`,
        namespace,
        labels: { [ofPool]: pool, [ofVolume]: volume },
        finalizers: ['cstorvolumereplica.openebs.io/finalizer'],
      },
      status: { phase: state },
    },
    now,
  );
}

const phaseOf = (object: KubeObject | undefined): string => phase.safeParse(object?.['status']).data?.phase ?? '';

/** Copies follow their volume's plan: new ones are rebuilt from the others, those that are not wanted go, by their pool's manager. */
export function reconcileCopies(context: ReconcileContext): void {
  const { cluster, now } = context;
  const volumes = list(cluster, 'CStorVolumeConfig', namespace);
  for (const volume of volumes) {
    if (find(cluster, 'PersistentVolume', undefined, volume.metadata.name) === undefined) {
      remove(cluster, volume);
      cluster.resourceVersion += 1;
      continue;
    }
    for (const pool of wantedPools(volume))
      if (find(cluster, 'CStorVolumeReplica', namespace, `${volume.metadata.name}-${pool}`) === undefined)
        putCopy(cluster, volume.metadata.name, pool, 'NewReplicaDegraded', now);
  }
  for (const copy of list(cluster, 'CStorVolumeReplica', namespace)) keepCopy(context, copy);
}

const wantedPools = (volume: KubeObject): string[] =>
  (config.safeParse(volume['spec']).data?.policy.replicaPoolInfo ?? []).map(({ poolName }) => poolName);

function keepCopy(context: ReconcileContext, copy: KubeObject): void {
  const { cluster } = context;
  const pool = copy.metadata.labels?.[ofPool] ?? '';
  const volume = find(cluster, 'CStorVolumeConfig', namespace, copy.metadata.labels?.[ofVolume] ?? '');
  const online = phaseOf(find(cluster, 'CStorPoolInstance', namespace, pool)) === 'ONLINE';
  const wanted = volume !== undefined && wantedPools(volume).includes(pool);
  const held = Array.isArray(copy.metadata['finalizers']) && copy.metadata['finalizers'].length > 0;
  if (!wanted) {
    // The pool's manager takes the mark away; where it is dead, someone has to.
    if (online || !held) {
      remove(cluster, copy);
      cluster.resourceVersion += 1;
    }
    return;
  }
  if (!online) putStatus(cluster, copy, { phase: 'Offline' });
  else if (phaseOf(copy) !== 'Healthy') rebuild(context, copy);
}

function rebuild({ cluster, now, wake }: ReconcileContext, copy: KubeObject): void {
  const key = keyOfObject(copy);
  const due = cluster.due[key] ?? now + rebuildMs;
  cluster.due[key] = due;
  if (due > now) {
    wake(due);
    return;
  }
  delete cluster.due[key];
  putStatus(cluster, copy, { phase: 'Healthy' });
}
