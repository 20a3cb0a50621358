import type { KubeObject } from '../../model/cluster.ts';
import { hexOf } from '../../model/random.ts';
import { touch } from '../../model/touched.ts';
import { isLost } from '../../node/lost-disk.ts';
import { poolImage } from '../charts/storage.ts';
import { workload } from '../manifests.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { isReady, readDevice, readPod, readPools } from '../schemas.ts';
import { find, list, ownedBy, put, putStatus, remove } from '../store.ts';
import { pathOf } from './block-devices.ts';
import { recordWarning } from './events.ts';
import { machineOfNode } from './nodes.ts';
import { expandedTo } from './pool-growth.ts';

const ofCluster = 'openebs.io/cstor-pool-cluster';
const hostname = 'kubernetes.io/hostname';

/** The pool operator: one instance for each pool of a cluster of pools, each with a pod on its node. */
export function reconcilePools(context: ReconcileContext): void {
  for (const pools of list(context.cluster, 'CStorPoolCluster')) {
    if (operatorRuns(context, pools)) keep(context, pools);
  }
  for (const instance of list(context.cluster, 'CStorPoolInstance')) {
    const owner = instance.metadata.labels?.[ofCluster] ?? '';
    if (find(context.cluster, 'CStorPoolCluster', instance.metadata.namespace, owner) === undefined)
      drop(context, instance);
    else watch(context, instance);
  }
}

/** Enough pools are online for a volume's copies. */
export function poolsOnline({ cluster }: ReconcileContext, name: string): boolean {
  const own = list(cluster, 'CStorPoolInstance').filter((instance) => instance.metadata.labels?.[ofCluster] === name);
  return own.length > 0 && own.every((instance) => phaseOf(instance) === 'ONLINE');
}

function phaseOf(instance: KubeObject): unknown {
  const status = instance['status'];
  return typeof status === 'object' && status !== null && 'phase' in status ? status.phase : '';
}

function operatorRuns({ cluster }: ReconcileContext, pools: KubeObject): boolean {
  return list(cluster, 'Pod', pools.metadata.namespace).some(
    (pod) => pod.metadata.name.includes('cspc-operator') && isReady(pod),
  );
}

type Pool = ReturnType<typeof readPools>['pools'][number];

/** As many instances as the cluster of pools names nodes, and no more. */
function keep(context: ReconcileContext, pools: KubeObject): void {
  const { cluster } = context;
  const { name, namespace = 'openebs' } = pools.metadata;
  const wanted = readPools(pools).pools;
  for (const pool of wanted) {
    const node = pool.nodeSelector[hostname] ?? '';
    const there = instances(cluster, namespace, name).some(({ metadata }) => metadata.labels?.[hostname] === node);
    if (!there) provision(context, pools, pool, node);
  }
  for (const instance of instances(cluster, namespace, name)) leave(context, pools, instance);
  const own = instances(cluster, namespace, name);
  putStatus(cluster, pools, {
    desiredInstances: wanted.length,
    provisionedInstances: own.length,
    healthyInstances: own.filter((one) => phaseOf(one) === 'ONLINE').length,
  });
}

/** The instance on one node and its pod, where its devices can carry it. */
function provision(context: ReconcileContext, pools: KubeObject, pool: Pool, node: string): void {
  const { cluster, now } = context;
  const { name, namespace = 'openebs' } = pools.metadata;
  const devices = pool.dataRaidGroups.flatMap((group) => group.blockDevices.map((device) => device.blockDeviceName));
  const wrong = devices
    .map((device) => refusal(context, namespace, device, node))
    .find((reason) => reason !== undefined);
  if (wrong !== undefined || devices.length === 0) {
    const why = wrong ?? 'no block device given';
    recordWarning(context, pools, 'Create', `Pool provisioning failed for ${node}: ${why}`);
    return;
  }
  for (const device of devices) claimDevice(context, namespace, device, node);
  const instance = `${name}-${hexOf(`${cluster.id}/${name}/${node}/${cluster.resourceVersion}`, 4)}`;
  const labels = { app: 'cstor-pool', 'openebs.io/cstor-pool-instance': instance };
  const image = poolImage;
  put(cluster, poolInstance(instance, namespace, name, node, pool), now);
  put(
    cluster,
    workload({ kind: 'Deployment', name: instance, namespace, image, labels, nodeSelector: { [hostname]: node } }),
    now,
  );
}

const poolInstance = (name: string, namespace: string, of: string, node: string, pool: Pool): KubeObject => ({
  apiVersion: 'cstor.openebs.io/v1',
  kind: 'CStorPoolInstance',
  metadata: {
    name,
    namespace,
    labels: { [ofCluster]: of, [hostname]: node },
    finalizers: ['openebs.io/pool-protection'],
  },
  spec: { hostName: node, nodeSelector: { [hostname]: node }, dataRaidGroups: pool.dataRaidGroups },
  status: { phase: 'Pending', readOnly: false },
});

const instances = (cluster: ReconcileContext['cluster'], namespace: string, name: string): KubeObject[] =>
  list(cluster, 'CStorPoolInstance', namespace).filter((one) => one.metadata.labels?.[ofCluster] === name);

/** A pool that is not wanted any more goes once it holds no copy; its own manager takes the protection away, or someone has to. */
function leave(context: ReconcileContext, pools: KubeObject, instance: KubeObject): void {
  const { cluster } = context;
  const node = instance.metadata.labels?.[hostname] ?? '';
  if (readPools(pools).pools.some((pool) => pool.nodeSelector[hostname] === node)) return;
  const copies = list(cluster, 'CStorVolumeReplica').filter(
    ({ metadata }) => metadata.labels?.['cstorpoolinstance.openebs.io/name'] === instance.metadata.name,
  );
  if (copies.length > 0) {
    recordWarning(context, pools, 'DownScale', `Pool ${instance.metadata.name} holds copies of volumes`);
    return;
  }
  const held = Array.isArray(instance.metadata['finalizers']) && instance.metadata['finalizers'].length > 0;
  if (phaseOf(instance) === 'ONLINE' || !held) drop(context, instance);
}

/** Why a device cannot carry this pool: the refusals of cStor's webhook. */
function refusal({ cluster }: ReconcileContext, namespace: string, name: string, node: string): string | undefined {
  const device = find(cluster, 'BlockDevice', namespace, name);
  if (device === undefined) return `blockdevices.openebs.io "${name}" not found`;
  if (device.metadata.labels?.[hostname] !== node) return `block device ${name} does not belong to node ${node}`;
  return undefined;
}

/** The pool takes the device: from now on it carries the pool's mark. */
function claimDevice(context: ReconcileContext, namespace: string, name: string, node: string): void {
  const device = find(context.cluster, 'BlockDevice', namespace, name);
  if (device === undefined) return;
  putStatus(context.cluster, device, { claimState: 'Claimed', state: 'Active' });
  const machine = machineOfNode(context, node);
  const volume = machine?.lvm.logical.find((one) => pathOf(one) === readDevice(device).path);
  if (machine === undefined || volume === undefined) return;
  touch(context.state.machines, machine.id);
  volume.signature = 'zfs_member';
}

function watch(context: ReconcileContext, instance: KubeObject): void {
  const { cluster } = context;
  const pods = list(cluster, 'Pod', instance.metadata.namespace).filter((pod) =>
    ownedBy(pod, 'Deployment', instance.metadata.name),
  );
  const ready = pods.some((pod) => isReady(pod) && readPod(pod).nodeName !== undefined);
  const begun = phaseOf(instance) === 'ONLINE' || phaseOf(instance) === 'OFFLINE';
  const phase =
    ready && !lostDevice(context, instance) ? 'ONLINE' : begun ? 'OFFLINE' : pods.length > 0 ? 'Init' : 'Pending';
  const total = capacity(cluster, instance);
  putStatus(cluster, instance, {
    phase,
    readOnly: false,
    capacity: { total, free: total, used: '0', zfs: { logicalUsed: '0' } },
    provisionedReplicas: 0,
    healthyReplicas: 0,
  });
}

/** The disk below the pool is gone. */
function lostDevice(context: ReconcileContext, instance: KubeObject): boolean {
  const machine = machineOfNode(context, instance.metadata.labels?.[hostname] ?? '');
  const paths = devicesOf(context.cluster, instance).map((device) => readDevice(device).path);
  return machine?.lvm.logical.some((one) => paths.includes(pathOf(one)) && isLost(machine, one)) ?? false;
}

/** The block devices that carry a pool. */
function devicesOf(cluster: ReconcileContext['cluster'], instance: KubeObject): KubeObject[] {
  const names = JSON.stringify(instance['spec'] ?? {}).match(/blockdevice-[0-9a-f]{32}/g) ?? [];
  return names.flatMap((name) => find(cluster, 'BlockDevice', instance.metadata.namespace, name) ?? []);
}

function capacity(cluster: ReconcileContext['cluster'], instance: KubeObject): string {
  const expanded = instance.metadata.annotations?.[expandedTo];
  const bytes = JSON.stringify(instance['spec'] ?? {})
    .match(/blockdevice-[0-9a-f]{32}/g)
    ?.reduce((sum, name) => {
      const spec = JSON.stringify(find(cluster, 'BlockDevice', instance.metadata.namespace, name)?.['spec'] ?? {});
      return sum + Number(/"storage":(\d+)/.exec(spec)?.[1] ?? 0);
    }, 0);
  // ZFS keeps some for itself: as pools were seen to report, `docs/storage.md`.
  return `${Math.round(Number(expanded ?? bytes ?? 0) * 0.897)}`;
}

function drop({ cluster }: ReconcileContext, instance: KubeObject): void {
  const deployment = find(cluster, 'Deployment', instance.metadata.namespace, instance.metadata.name);
  if (deployment !== undefined) remove(cluster, deployment);
  for (const name of JSON.stringify(instance['spec'] ?? {}).match(/blockdevice-[0-9a-f]{32}/g) ?? []) {
    const device = find(cluster, 'BlockDevice', instance.metadata.namespace, name);
    if (device !== undefined) putStatus(cluster, device, { claimState: 'Unclaimed', state: 'Active' });
  }
  remove(cluster, instance);
  cluster.resourceVersion += 1;
}
