import type { KubeObject } from '../../model/cluster.ts';
import type { Machine } from '../../model/machine.ts';
import { between } from '../../model/random.ts';
import { touch } from '../../model/touched.ts';
import { removeTree } from '../../node/file-system.ts';
import { addVolume } from '../../node/partitions.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { readClaim, readPod, readVolume } from '../schemas.ts';
import { cstorDriver, lvmDriver } from '../storage-names.ts';
import { find, keyOfObject, list, put, putStatus, remove } from '../store.ts';
import { growClaim } from './claim-growth.ts';
import { copiesOf } from './copies.ts';
import { recordWarning } from './events.ts';
import { machineOfNode } from './nodes.ts';
import { poolsOnline } from './pools.ts';
import { classOf, driverRuns, extentsFor, groupOf, type StorageClass } from './volumes.ts';

const provisionMs = [1_500, 4_000] as const;

/** Claims get volumes from the driver of their class; volumes go with their claims. */
export function reconcileClaims(context: ReconcileContext): void {
  for (const claim of list(context.cluster, 'PersistentVolumeClaim')) {
    if (claim.metadata.deletionTimestamp !== undefined) release(context, claim);
    else if (readClaim(claim).volumeName === undefined) provide(context, claim);
    else growClaim(context, claim);
  }
  for (const volume of list(context.cluster, 'PersistentVolume')) {
    const { namespace, name } = readVolume(volume).claimRef;
    if (name !== undefined && find(context.cluster, 'PersistentVolumeClaim', namespace, name) === undefined)
      reclaim(context, volume);
  }
}

function provide(context: ReconcileContext, claim: KubeObject): void {
  const { cluster, now } = context;
  const found = classOf(context, claim);
  if (found === undefined) {
    const name = readClaim(claim).storageClassName ?? '';
    recordWarning(context, claim, 'ProvisioningFailed', `storageclass.storage.k8s.io "${name}" not found`);
    return;
  }
  if (!driverRuns(context, found.provisioner)) return;
  const modes = readClaim(claim).accessModes;
  if ([cstorDriver, lvmDriver].includes(found.provisioner) && modes.some((mode) => mode !== 'ReadWriteOnce')) {
    const said = `failed to provision volume with StorageClass "${found.name}": access mode ${modes.join(', ')} is not supported`;
    recordWarning(context, claim, 'ProvisioningFailed', said);
    return;
  }
  const node = found.waits ? chosenNode(context, claim) : undefined;
  if (found.waits && node === undefined) return;
  if (found.provisioner === cstorDriver && !poolsOnline(context, found.parameters['cstorPoolCluster'] ?? '')) {
    recordWarning(
      context,
      claim,
      'ProvisioningFailed',
      'failed to provision volume: not enough pools available to create replicas',
    );
    return;
  }
  const key = keyOfObject(claim);
  const due = cluster.due[key] ?? now + between(`claim/${cluster.id}/${key}`, ...provisionMs);
  cluster.due[key] = due;
  if (due > now) context.wake(due);
  else bind(context, claim, found, node);
}

/** The node that the scheduler gave the pod that uses the claim. */
function chosenNode({ cluster }: ReconcileContext, claim: KubeObject): string | undefined {
  const pod = list(cluster, 'Pod', claim.metadata.namespace).find((one) =>
    readPod(one).volumes.some((volume) => volume.persistentVolumeClaim?.claimName === claim.metadata.name),
  );
  return pod === undefined ? undefined : readPod(pod).nodeName;
}

function bind(context: ReconcileContext, claim: KubeObject, found: StorageClass, node: string | undefined): void {
  const { cluster, now } = context;
  const name = `pvc-${claim.metadata.uid ?? ''}`;
  const machine = node === undefined ? undefined : machineOfNode(context, node);
  if (found.provisioner === lvmDriver) {
    const group = machine === undefined ? undefined : groupOf(machine, found);
    if (machine === undefined || group === undefined) return;
    touch(context.state.machines, machine.id);
    addVolume(machine, group, name, extentsFor(machine, group, claim), []).signature = 'ext4';
  }
  const { resources, accessModes } = readClaim(claim);
  const { storage } = resources.requests;
  put(cluster, volumeFor(name, claim, found, found.provisioner === lvmDriver ? node : undefined), now);
  if (found.provisioner === cstorDriver) copiesOf(context, name, found.parameters);
  claim.metadata.annotations = {
    ...claim.metadata.annotations,
    'volume.kubernetes.io/storage-provisioner': found.provisioner,
  };
  claim['spec'] = { ...readClaim(claim), storageClassName: found.name, volumeName: name };
  touch(cluster.objects, keyOfObject(claim));
  putStatus(cluster, claim, { phase: 'Bound', accessModes, capacity: { storage } });
}

/** `node`: the one that alone can mount it. */
function volumeFor(name: string, claim: KubeObject, found: StorageClass, node: string | undefined): KubeObject {
  const { resources, accessModes } = readClaim(claim);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      ...(node === undefined ? {} : { labels: { 'openebs.io/nodename': node } }),
      annotations: { 'pv.kubernetes.io/provisioned-by': found.provisioner },
    },
    spec: {
      accessModes,
      capacity: { storage: resources.requests.storage },
      claimRef: { kind: 'PersistentVolumeClaim', namespace: claim.metadata.namespace, name: claim.metadata.name },
      csi: { driver: found.provisioner, volumeHandle: name },
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: found.name,
      ...(node === undefined ? {} : { nodeAffinity: affinityTo(node) }),
    },
    status: { phase: 'Bound' },
  };
}

const affinityTo = (node: string) => ({
  required: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'openebs.io/nodename', operator: 'In', values: [node] }] }],
  },
});

/** A claim that a pod on a node uses waits for the pod: its protection. */
function release(context: ReconcileContext, claim: KubeObject): void {
  const used = list(context.cluster, 'Pod', claim.metadata.namespace).some(
    (pod) =>
      readPod(pod).nodeName !== undefined &&
      readPod(pod).volumes.some((volume) => volume.persistentVolumeClaim?.claimName === claim.metadata.name),
  );
  if (used) return;
  remove(context.cluster, claim);
  context.cluster.resourceVersion += 1;
}

/** Its policy is Delete: the volume goes, on the node too. */
function reclaim(context: ReconcileContext, volume: KubeObject): void {
  for (const machine of context.state.machines) {
    touch(context.state.machines, machine.id);
    forget(machine, volume.metadata.name);
  }
  remove(context.cluster, volume);
  context.cluster.resourceVersion += 1;
}

function forget(machine: Machine, name: string): void {
  machine.lvm.logical = machine.lvm.logical.filter((one) => one.name !== name);
  removeTree(machine, `/var/snap/microk8s/common/default-storage/${name}`);
}
