import * as z from 'zod';
import type { KubeObject } from '../../model/cluster.ts';
import { between } from '../../model/random.ts';
import { touch } from '../../model/touched.ts';
import { extentsOf } from '../../node/partitions.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { bytesOfQuantity, isReady, readClaim, readPod } from '../schemas.ts';
import { find, keyOfObject, list, put, putStatus } from '../store.ts';
import { recordWarning } from './events.ts';
import { classOf, driverRuns, extentsFor } from './volumes.ts';

const growMs = [2_000, 5_000] as const;
const claimStatus = z.looseObject({ capacity: z.object({ storage: z.string() }).optional() });
/** The file system grows on the node that a pod mounts the volume on. */
const waits = [{ type: 'FileSystemResizePending', status: 'True' }];

/** A bound claim that asks for more than its volume has: the resizer grows the volume, the kubelet its file system. */
export function growClaim(context: ReconcileContext, claim: KubeObject): void {
  const { cluster, now } = context;
  const { resources, volumeName = '' } = readClaim(claim);
  const { storage } = resources.requests;
  const status = claimStatus.safeParse(claim['status']).data;
  const has = bytesOfQuantity(status?.capacity?.storage ?? storage);
  if (status === undefined || has >= bytesOfQuantity(storage)) return;
  const found = classOf(context, claim);
  if (found === undefined || !driverRuns(context, found.provisioner)) return;
  const key = `grow/${keyOfObject(claim)}/${storage}`;
  const due = cluster.due[key] ?? now + between(`${key}/${cluster.id}`, ...growMs);
  cluster.due[key] = due;
  const full = due > now ? undefined : extendVolume(context, claim, volumeName);
  if (due > now) context.wake(due);
  else if (full === undefined) setSize(context, claim, volumeName, storage);
  else recordWarning(context, claim, 'VolumeResizeFailed', full);
}

function setSize(context: ReconcileContext, claim: KubeObject, volumeName: string, storage: string): void {
  const { cluster, now } = context;
  const status = claimStatus.parse(claim['status']);
  const volume = find(cluster, 'PersistentVolume', undefined, volumeName);
  if (volume) put(cluster, { ...volume, spec: { ...Object(volume['spec']), capacity: { storage } } }, now);
  const capacity = isMounted(context, claim) ? { storage } : status.capacity;
  const conditions = isMounted(context, claim) ? [] : waits;
  putStatus(cluster, claim, { ...status, capacity, conditions });
}

/** Its logical volume, where it is one, takes extents of its group. Gives the driver's words where there are none. */
function extendVolume({ state }: ReconcileContext, claim: KubeObject, name: string): string | undefined {
  for (const machine of state.machines) {
    const volume = machine.lvm.logical.find((one) => one.name === name);
    if (!volume) continue;
    const extents = extentsFor(machine, volume.group, claim);
    const { free } = extentsOf(machine, volume.group);
    if (extents - volume.extents > free)
      return `resize volume "${name}" by resizer "local.csi.openebs.io" failed: Insufficient free space: ${extents - volume.extents} extents needed, but only ${free} available`;
    touch(state.machines, machine.id);
    volume.extents = Math.max(volume.extents, extents);
  }
  return undefined;
}

function isMounted({ cluster }: ReconcileContext, claim: KubeObject): boolean {
  return list(cluster, 'Pod', claim.metadata.namespace).some(
    (pod) =>
      isReady(pod) &&
      readPod(pod).volumes.some((volume) => volume.persistentVolumeClaim?.claimName === claim.metadata.name),
  );
}
