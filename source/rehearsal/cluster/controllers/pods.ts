import type { KubeObject } from '../../model/cluster.ts';
import type { Machine } from '../../model/machine.ts';
import { between, hexOf } from '../../model/random.ts';
import { touch } from '../../model/touched.ts';
import { hasImage, pullMs, rememberImage } from '../../node/images.ts';
import { isLost } from '../../node/lost-disk.ts';
import { isRunning } from '../../node/services.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { isReady, readClaim, readPod, readPodStatus } from '../schemas.ts';
import { cstorDriver } from '../storage-names.ts';
import { changed, find, keyOfObject, list, putStatus, remove, stamp } from '../store.ts';
import { recordWarning } from './events.ts';
import { lostSince, machineOfNode } from './nodes.ts';
import { schedule } from './scheduler.ts';

/** ms to start a container. */
const startMs = [1_800, 4_500] as const;
const graceMs = 2_500;
/** The kubelet tries a pull again after 10 s at first. */
const pullAgainMs = 10_000;
/** Kubernetes' own: pods tolerate an unreachable node for five minutes. */
const evictionMs = 300_000;
/** Kubernetes' own grace, after which the pods of a silent node are no longer ready. */
const silentMs = 40_000;

/** The scheduler and the kubelets: pods get a node, wait for volumes and images, serve, and go. */
export function reconcilePods(context: ReconcileContext): void {
  const silent = new Map<string, boolean>();
  const isSilent = (node: string): boolean => {
    const is = silent.get(node) ?? lostSince(context, node) !== undefined;
    silent.set(node, is);
    return is;
  };
  for (const pod of list(context.cluster, 'Pod')) {
    const node = readPod(pod).nodeName;
    if (pod.metadata.deletionTimestamp !== undefined) end(context, pod, node);
    else if (node === undefined) schedule(context, pod);
    else if (isSilent(node)) onSilentNode(context, pod, node);
    else run(context, pod, node);
  }
}

/** A kubelet that answers lets it go; on a dead node it stays, terminating, unless it owns nothing. */
function end(context: ReconcileContext, pod: KubeObject, node: string | undefined): void {
  const { cluster, now } = context;
  const key = `end/${keyOfObject(pod)}`;
  const gone = node === undefined || find(cluster, 'Node', undefined, node) === undefined;
  if (!gone && lostSince(context, node) !== undefined) return;
  const due = cluster.due[key] ?? now + (gone ? 0 : graceMs);
  cluster.due[key] = due;
  if (due > now) {
    context.wake(due);
    return;
  }
  delete cluster.due[key];
  remove(cluster, pod);
  cluster.resourceVersion += 1;
}

/** Its node is silent: not ready after the grace, evicted after five minutes. */
function onSilentNode(context: ReconcileContext, pod: KubeObject, node: string): void {
  const { cluster, now } = context;
  const since = lostSince(context, node) ?? now;
  if (now < since + silentMs) {
    context.wake(since + silentMs);
    return;
  }
  if (isReady(pod)) putStatus(cluster, pod, { ...readPodStatus(pod), conditions: conditions('False', now) });
  const owner = pod.metadata.ownerReferences?.[0]?.kind;
  if (owner === 'DaemonSet') return;
  if (now < since + silentMs + evictionMs) context.wake(since + silentMs + evictionMs);
  else {
    pod.metadata.deletionTimestamp = stamp(now);
    changed(cluster, pod);
  }
}

function run(context: ReconcileContext, pod: KubeObject, node: string): void {
  const { cluster, now } = context;
  const key = keyOfObject(pod);
  const machine = machineOfNode(context, node);
  if (machine === undefined || !isRunning(machine, now)) return;
  if (lostVolume(context, pod, machine)) {
    putStatus(cluster, pod, waiting(pod, 'CrashLoopBackOff'));
    return;
  }
  const serving = readPodStatus(pod).phase === 'Running' && isReady(pod);
  const bootKey = `boot/${key}`;
  const startedWith = cluster.due[bootKey];
  // After a restart of the machine its containers restart.
  const bootedSince = startedWith !== undefined && startedWith !== machine.bootedAt;
  if (serving && !bootedSince) return;
  if (!volumesReady(context, pod)) {
    putStatus(cluster, pod, creating(pod));
    return;
  }
  const lost = unreachableImages(pod, machine);
  if (lost.length > 0) {
    for (const image of lost) recordWarning(context, pod, 'Failed', pullRefused(image));
    putStatus(cluster, pod, waiting(pod, 'ErrImagePull'));
    context.wake(now + pullAgainMs);
    return;
  }
  if (bootedSince) delete cluster.due[key];
  cluster.due[bootKey] = machine.bootedAt;
  const due = cluster.due[key] ?? Math.max(now, machine.microk8s?.upSince ?? 0) + startTime(context, pod, node);
  cluster.due[key] = due;
  if (due > now) {
    context.wake(due);
    putStatus(cluster, pod, creating(pod));
    return;
  }
  rememberImages(context, pod, node);
  putStatus(cluster, pod, serves(context, pod, node, bootedSince ? 1 : 0));
}

function serves(context: ReconcileContext, pod: KubeObject, node: string, restartCount: number): unknown {
  const { now } = context;
  const byte = (text: string) => Number.parseInt(hexOf(text, 2), 16) % 250;
  return {
    phase: 'Running',
    conditions: conditions('True', now),
    hostIP: addressOf(context, node),
    podIP: `10.1.${byte(node) + 1}.${byte(keyOfObject(pod)) + 2}`,
    startTime: stamp(now),
    containerStatuses: readPod(pod).containers.map(({ name, image }) => ({
      name,
      image,
      ready: true,
      restartCount,
      state: { running: { startedAt: stamp(now) } },
    })),
  };
}

const pullRefused = (image: string): string =>
  `Failed to pull image "${image}": rpc error: code = DeadlineExceeded desc = failed to pull and unpack image: failed to resolve reference: dial tcp: i/o timeout`;

const creating = (pod: KubeObject): unknown => waiting(pod, 'ContainerCreating');

function waiting(pod: KubeObject, reason: string): unknown {
  return {
    phase: 'Pending',
    conditions: [
      { type: 'PodScheduled', status: 'True' },
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady' },
    ],
    containerStatuses: readPod(pod).containers.map(({ name, image }) => ({
      name,
      image,
      ready: false,
      restartCount: 0,
      state: { waiting: { reason } },
    })),
  };
}

function conditions(ready: 'True' | 'False', now: number): { type: string; status: string }[] {
  const when = { lastTransitionTime: stamp(now) };
  return ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    type,
    status: type.endsWith('Ready') ? ready : 'True',
    ...when,
  }));
}

/** All its claims are bound, and what their kind needs on the node runs there. */
function volumesReady(context: ReconcileContext, pod: KubeObject): boolean {
  for (const { persistentVolumeClaim } of readPod(pod).volumes) {
    if (persistentVolumeClaim === undefined) continue;
    const claim = find(
      context.cluster,
      'PersistentVolumeClaim',
      pod.metadata.namespace,
      persistentVolumeClaim.claimName,
    );
    if (claim === undefined || readClaim(claim).volumeName === undefined) return false;
    const node = readPod(pod).nodeName ?? '';
    const machine = machineOfNode(context, node);
    const iscsi = machine?.units['iscsid.service'];
    const shared = claim.metadata.annotations?.['volume.kubernetes.io/storage-provisioner'] === cstorDriver;
    if (shared && iscsi?.active !== true) {
      const said = `MountVolume.MountDevice failed for volume "${readClaim(claim).volumeName}": rpc error: iscsid is not running on ${node}`;
      recordWarning(context, pod, 'FailedMount', said);
      return false;
    }
  }
  return true;
}

/** One of its volumes lies on a disk that is gone: what it reads and writes ends with an error. */
function lostVolume({ cluster }: ReconcileContext, pod: KubeObject, machine: Machine): boolean {
  const { volumes } = readPod(pod);
  if (volumes.every(({ persistentVolumeClaim }) => persistentVolumeClaim === undefined)) return false;
  const lost = machine.lvm.logical.filter((volume) => isLost(machine, volume)).map(({ name }) => name);
  if (lost.length === 0) return false;
  return volumes.some(({ persistentVolumeClaim: used }) => {
    const claim = used && find(cluster, 'PersistentVolumeClaim', pod.metadata.namespace, used.claimName);
    return claim !== undefined && lost.includes(readClaim(claim).volumeName ?? '');
  });
}

/** Images that the node neither has nor can fetch. */
function unreachableImages(pod: KubeObject, machine: Machine): string[] {
  if (machine.online) return [];
  return readPod(pod).containers.flatMap(({ image }) => (hasImage(machine, image) ? [] : [image]));
}

function startTime(context: ReconcileContext, pod: KubeObject, node: string): number {
  const machine = machineOfNode(context, node);
  const missing = readPod(pod).containers.some(({ image }) => machine === undefined || !hasImage(machine, image));
  const seed = `${context.cluster.id}/${keyOfObject(pod)}/${node}`;
  return between(`start/${seed}`, ...startMs) + (missing ? between(`pull/${seed}`, ...pullMs) : 0);
}

function rememberImages(context: ReconcileContext, pod: KubeObject, node: string): void {
  const machine = machineOfNode(context, node);
  if (machine === undefined) return;
  touch(context.state.machines, machine.id);
  for (const { image } of readPod(pod).containers) rememberImage(machine, image);
}

function addressOf({ cluster }: ReconcileContext, node: string): string {
  const status = JSON.stringify(find(cluster, 'Node', undefined, node)?.['status'] ?? {});
  return /"InternalIP","address":"([^"]*)"/.exec(status)?.[1] ?? '';
}
