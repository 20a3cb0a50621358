import { defined } from '../../../text/defined.ts';
import type { KubeObject } from '../../model/cluster.ts';
import { hexOf } from '../../model/random.ts';
import { touch } from '../../model/touched.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { controlTaintFor, isReady, readPod, readWorkload, type WorkloadSpec } from '../schemas.ts';
import { find, handOver, keyOfObject, list, matches, ownerReference, podsOf, put, putStatus, stamp } from '../store.ts';

/** Pods that are on their way out no longer count. */
const stays = (pod: KubeObject) => pod.metadata.deletionTimestamp === undefined;

/** Deployments, stateful sets and daemon sets keep as many pods as they ask for, and say how far they are. */
export function reconcileWorkloads(context: ReconcileContext): void {
  for (const workload of list(context.cluster, 'Deployment')) keepDeployment(context, workload);
  for (const workload of list(context.cluster, 'StatefulSet')) keepStatefulSet(context, workload);
  for (const workload of list(context.cluster, 'DaemonSet')) keepDaemonSet(context, workload);
}

const ownPods = ({ cluster }: ReconcileContext, { kind, metadata }: KubeObject): KubeObject[] =>
  podsOf(cluster, kind, metadata.namespace, metadata.name);

/** Of each template that was read: a spec is replaced, never changed in place. */
const hashes = new WeakMap<WorkloadSpec, string>();

/** Changes with the template: pods of another one are old. */
function templateHash(spec: WorkloadSpec): string {
  const hash = hashes.get(spec) ?? hexOf(JSON.stringify(spec.template), 10);
  hashes.set(spec, hash);
  return hash;
}

function newPod(
  { cluster, now }: ReconcileContext,
  workload: KubeObject,
  spec: WorkloadSpec,
  name: string,
  node?: string,
): void {
  const claims = spec.volumeClaimTemplates.map((template) => ({
    name: template.metadata.name,
    persistentVolumeClaim: { claimName: `${template.metadata.name}-${name}` },
  }));
  put(
    cluster,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        ...defined({ namespace: workload.metadata.namespace }),
        labels: { ...spec.template.metadata.labels, 'pod-template-hash': templateHash(spec) },
        ownerReferences: [ownerReference(workload)],
      },
      spec: {
        ...spec.template.spec,
        volumes: [...spec.template.spec.volumes, ...claims],
        ...defined({ nodeName: node }),
      },
      status: { phase: 'Pending', conditions: [] },
    },
    now,
  );
}

export function dismiss({ cluster, now }: ReconcileContext, pod: KubeObject): void {
  pod.metadata.deletionTimestamp ??= stamp(now);
  touch(cluster.objects, keyOfObject(pod));
}

function keepDeployment(context: ReconcileContext, workload: KubeObject): void {
  const spec = readWorkload(workload);
  const hash = templateHash(spec);
  const pods = ownPods(context, workload).filter(stays);
  const current = pods.filter((pod) => pod.metadata.labels?.['pod-template-hash'] === hash);
  const old = pods.filter((pod) => !current.includes(pod));
  if (spec.strategy.type === 'Recreate' && old.length > 0) {
    for (const pod of old) dismiss(context, pod);
    report(context, workload, spec, hash);
    return;
  }
  for (let index = current.length; index < spec.replicas; index += 1) {
    const suffix = hexOf(`${context.cluster.id}/${workload.metadata.name}/${context.cluster.resourceVersion}`, 5);
    newPod(context, workload, spec, `${workload.metadata.name}-${hash}-${suffix}`);
  }
  const unready = current.filter((pod) => !isReady(pod));
  for (const pod of [...unready, ...current].slice(0, Math.max(0, current.length - spec.replicas)))
    dismiss(context, pod);
  // The old ones go one by one, each when a new one serves in its place.
  const spare = old.length + current.filter(isReady).length - spec.replicas;
  for (const pod of old.slice(0, Math.max(0, spare))) dismiss(context, pod);
  report(context, workload, spec, hash);
}

function keepStatefulSet(context: ReconcileContext, workload: KubeObject): void {
  const { cluster } = context;
  const spec = readWorkload(workload);
  const hash = templateHash(spec);
  const name = (index: number) => `${workload.metadata.name}-${index}`;
  for (let index = 0; index < spec.replicas; index += 1) {
    const pod = find(cluster, 'Pod', workload.metadata.namespace, name(index));
    if (pod === undefined) {
      claim(context, workload, spec, name(index));
      newPod(context, workload, spec, name(index));
    } else adopt(context, pod, workload, spec);
    // One after the other, unless all may begin at once.
    if (spec.podManagementPolicy !== 'Parallel' && (pod === undefined || !isReady(pod))) break;
  }
  for (const pod of ownPods(context, workload)) {
    if (Number(pod.metadata.name.split('-').at(-1)) >= spec.replicas) dismiss(context, pod);
  }
  const pods = ownPods(context, workload).filter(stays);
  const old = pods.filter((pod) => pod.metadata.labels?.['pod-template-hash'] !== hash);
  const last = old.at(-1);
  if (last !== undefined && pods.length === spec.replicas && pods.every(isReady)) dismiss(context, last);
  report(context, workload, spec, hash);
}

/** A pod of its own that a former set of the same name left. */
function adopt({ cluster }: ReconcileContext, pod: KubeObject, workload: KubeObject, spec: WorkloadSpec): void {
  if (pod.metadata.ownerReferences !== undefined || !matches(spec.selector.matchLabels, pod.metadata.labels)) return;
  handOver(cluster, pod, workload);
}

function claim({ cluster, now }: ReconcileContext, workload: KubeObject, spec: WorkloadSpec, pod: string): void {
  for (const template of spec.volumeClaimTemplates) {
    const name = `${template.metadata.name}-${pod}`;
    if (find(cluster, 'PersistentVolumeClaim', workload.metadata.namespace, name) !== undefined) continue;
    put(
      cluster,
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name,
          ...defined({ namespace: workload.metadata.namespace }),
          labels: { ...spec.selector.matchLabels },
        },
        spec: { accessModes: ['ReadWriteOnce'], ...template.spec },
        status: { phase: 'Pending' },
      },
      now,
    );
  }
}

function keepDaemonSet(context: ReconcileContext, workload: KubeObject): void {
  const spec = readWorkload(workload);
  const hash = templateHash(spec);
  const wanted = list(context.cluster, 'Node').filter(
    (node) =>
      matches(spec.template.spec.nodeSelector ?? {}, node.metadata.labels) &&
      controlTaintFor(node, workload.metadata.namespace) === undefined,
  );
  const pods = ownPods(context, workload);
  const served = new Set(pods.map((pod) => readPod(pod).nodeName));
  for (const node of wanted) {
    if (served.has(node.metadata.name)) continue;
    const suffix = hexOf(
      `${context.cluster.id}/${workload.metadata.name}/${node.metadata.name}/${context.cluster.resourceVersion}`,
      5,
    );
    newPod(context, workload, spec, `${workload.metadata.name}-${suffix}`, node.metadata.name);
  }
  const names = new Set<string | undefined>(wanted.map((node) => node.metadata.name));
  for (const pod of pods) {
    const there = names.has(readPod(pod).nodeName);
    if (!there || pod.metadata.labels?.['pod-template-hash'] !== hash) dismiss(context, pod);
  }
  const now = ownPods(context, workload).filter(stays);
  const ready = now.filter(isReady).length;
  putStatus(context.cluster, workload, {
    observedGeneration: workload.metadata.generation,
    desiredNumberScheduled: wanted.length,
    currentNumberScheduled: now.length,
    updatedNumberScheduled: now.filter((pod) => pod.metadata.labels?.['pod-template-hash'] === hash).length,
    numberReady: ready,
    numberAvailable: ready,
    numberUnavailable: Math.max(0, wanted.length - ready),
    numberMisscheduled: 0,
  });
}

function report(context: ReconcileContext, workload: KubeObject, spec: WorkloadSpec, hash: string): void {
  const pods = ownPods(context, workload).filter(stays);
  const ready = pods.filter(isReady).length;
  const updated = pods.filter((pod) => pod.metadata.labels?.['pod-template-hash'] === hash).length;
  const revision = `${workload.metadata.name}-${hash}`;
  putStatus(context.cluster, workload, {
    observedGeneration: workload.metadata.generation,
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    updatedReplicas: updated,
    ...(workload.kind === 'StatefulSet'
      ? { currentRevision: revision, updateRevision: revision, currentReplicas: ready }
      : {}),
    ...(workload.kind === 'Deployment' ? { unavailableReplicas: Math.max(0, spec.replicas - ready) } : {}),
  });
}
