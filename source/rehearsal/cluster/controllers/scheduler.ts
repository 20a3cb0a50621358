import type { KubeObject } from '../../model/cluster.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { controlTaintFor, isReady, readClaim, readPod, readPodStatus } from '../schemas.ts';
import { changed, find, list, matches, ownedBy, podsOf, putStatus, stamp } from '../store.ts';
import { recordWarning } from './events.ts';
import { storageObstacle } from './volumes.ts';

/** Chooses a node for a pod: ready, with its labels, with its volumes or space for them, and with as few of its kind as can be. */
export function schedule(context: ReconcileContext, pod: KubeObject): void {
  const { cluster, now } = context;
  const spec = readPod(pod);
  const nodes = list(cluster, 'Node');
  const claims = spec.volumes.flatMap(({ persistentVolumeClaim }) =>
    persistentVolumeClaim === undefined
      ? []
      : [find(cluster, 'PersistentVolumeClaim', pod.metadata.namespace, persistentVolumeClaim.claimName)],
  );
  const reasons = new Map<string, number>();
  const fitting = nodes.filter((node) => {
    const reason = obstacle(context, pod, node, claims);
    if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    return reason === undefined;
  });
  const best = leastCrowded(context, pod, fitting);
  if (best !== undefined) {
    pod['spec'] = { ...spec, nodeName: best.metadata.name };
    changed(cluster, pod);
    return;
  }
  const why = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ');
  const message = `0/${nodes.length} nodes are available: ${why || 'no nodes'}.`;
  if (!readPodStatus(pod).conditions.some((condition) => condition['message'] === message)) {
    putStatus(cluster, pod, {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime: stamp(now) },
      ],
    });
    recordWarning(context, pod, 'FailedScheduling', message);
  }
}

/** Pods of the same owner count before all others. */
function leastCrowded(
  { cluster }: ReconcileContext,
  pod: KubeObject,
  nodes: readonly KubeObject[],
): KubeObject | undefined {
  const owner = pod.metadata.ownerReferences?.[0];
  const crowds = new Map<string | undefined, number>();
  for (const other of list(cluster, 'Pod')) {
    const { nodeName } = readPod(other);
    const alike = owner !== undefined && ownedBy(other, owner.kind, owner.name);
    crowds.set(nodeName, (crowds.get(nodeName) ?? 0) + (alike ? 1_001 : 1));
  }
  const crowd = (node: KubeObject) => crowds.get(node.metadata.name) ?? 0;
  return nodes.reduce<KubeObject | undefined>(
    (least, node) => (least === undefined || crowd(node) < crowd(least) ? node : least),
    undefined,
  );
}

/** Why this node will not do, in the scheduler's words; undefined when it will. */
function obstacle(
  context: ReconcileContext,
  pod: KubeObject,
  node: KubeObject,
  claims: readonly (KubeObject | undefined)[],
): string | undefined {
  const spec = readPod(pod);
  if (!isReady(node)) return 'node(s) had untolerated taint {node.kubernetes.io/not-ready: }';
  const taint = controlTaintFor(node, pod.metadata.namespace);
  if (taint !== undefined) return taint;
  if (unschedulable(node)) return 'node(s) were unschedulable';
  if (!matches(spec.nodeSelector ?? {}, node.metadata.labels))
    return "node(s) didn't match Pod's node affinity/selector";
  const owner = pod.metadata.ownerReferences?.[0];
  // Replicating services keep one instance a node.
  if (
    owner?.kind === 'StatefulSet' &&
    podsOf(context.cluster, owner.kind, pod.metadata.namespace, owner.name).some(
      (other) => other !== pod && readPod(other).nodeName === node.metadata.name,
    )
  )
    return "node(s) didn't match pod anti-affinity rules";
  for (const claim of claims) {
    if (claim === undefined) return 'persistentvolumeclaim not found';
    const reason = storageObstacle(context, claim, node.metadata.name);
    if (reason !== undefined) return reason;
    const volume = readClaim(claim).volumeName;
    if (volume !== undefined && bindsElsewhere(context, volume, node.metadata.name))
      return 'node(s) had volume node affinity conflict';
  }
  return undefined;
}

function unschedulable(node: KubeObject): boolean {
  const spec = node['spec'];
  return typeof spec === 'object' && spec !== null && 'unschedulable' in spec && spec.unschedulable === true;
}

function bindsElsewhere({ cluster }: ReconcileContext, volume: string, node: string): boolean {
  const own = find(cluster, 'PersistentVolume', undefined, volume)?.metadata.labels?.['openebs.io/nodename'];
  return own !== undefined && own !== node;
}
