import { counted } from '../text/plural.ts';
import { type ClaimObject, type EventObject, eventSeen, type PodObject, type WorkloadObject } from './objects.ts';

export const workloadKinds = ['deployments', 'statefulsets', 'daemonsets'] as const;

export interface WorkloadState {
  readonly name: string;
  readonly namespace: string;
  readonly kind: WorkloadObject['kind'];
  readonly wanted: number;
  /** Ready and of the newest revision. */
  readonly ready: number;
  /** The controller has seen the newest specification and all its pods are ready and of it. */
  readonly complete: boolean;
}

/** `excused`: pods of it that are not ready and do not count against it. */
export function workloadState(workload: WorkloadObject, excused: readonly PodObject[] = []): WorkloadState {
  const { kind, metadata, spec, status } = workload;
  const daemon = kind === 'DaemonSet';
  const wanted = daemon ? status.desiredNumberScheduled : (spec.replicas ?? 1);
  const ready = daemon ? status.numberReady : status.readyReplicas;
  const updated = daemon ? status.updatedNumberScheduled : updatedReplicas(workload, wanted);
  const seen = status.observedGeneration >= metadata.generation;
  const settled = kind !== 'Deployment' || status.replicas <= wanted;
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    kind,
    wanted,
    ready: Math.min(ready, updated),
    complete:
      seen &&
      settled &&
      ready >= wanted - excused.length &&
      updated >= wanted - outdated(workload, excused) &&
      (!daemon || wanted > 0),
  };
}

/** How many of these pods are not of the newest revision, as far as a workload that is not renewed would tell. */
function outdated({ kind, status }: WorkloadObject, pods: readonly PodObject[]): number {
  if (kind === 'Deployment') return 0;
  const revision = ({ metadata }: PodObject) => metadata.labels['controller-revision-hash'];
  return pods.filter((pod) => revision(pod) === undefined || revision(pod) !== status.updateRevision).length;
}

/**
 * The pods of a workload that only a lost node keeps from being ready: they are on it, their volume is, or no place was found for them
 * before either (`notReady`: names of workloads). Where a pod leaves a lost node, a Deployment has made another one already.
 */
export function waitingForNodes(
  workload: WorkloadObject,
  pods: readonly PodObject[],
  lost: readonly string[],
  notReady: readonly string[],
): PodObject[] {
  const { kind, metadata } = workload;
  return pods.filter((pod) => {
    if (lost.length === 0 || !isPodOf(pod, { kind, name: metadata.name })) return false;
    const { nodeName } = pod.spec;
    const leaves = pod.metadata.deletionTimestamp !== undefined && kind === 'Deployment';
    if (nodeName !== undefined) return lost.includes(nodeName) && !leaves;
    return !podReady(pod) && (notReady.includes(metadata.name) || volumeElsewhere.test(unscheduled(pod) ?? ''));
  });
}

/** A pod of a Deployment belongs to it through a replica set, whose name is the Deployment's with a hash. */
export function isPodOf({ metadata }: PodObject, { name, kind }: Pick<WorkloadState, 'name' | 'kind'>): boolean {
  return (metadata.ownerReferences ?? []).some((owner) =>
    owner.kind === 'ReplicaSet'
      ? kind === 'Deployment' && owner.name.replace(/-[^-]+$/, '') === name
      : owner.kind === kind && owner.name === name,
  );
}

/** A stateful set whose update has ended counts its pods as current, not as updated. */
function updatedReplicas({ kind, status }: WorkloadObject, wanted: number): number {
  const settled = kind === 'StatefulSet' && status.currentRevision === status.updateRevision;
  return settled ? Math.max(status.updatedReplicas, Math.min(status.replicas, wanted)) : status.updatedReplicas;
}

/** Helm writes this on everything that it makes. */
export function ofRelease<T extends { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } }>(
  objects: readonly T[],
  release: string,
): T[] {
  return objects.filter(({ metadata }) => metadata.annotations['meta.helm.sh/release-name'] === release);
}

/**
 * Claims that an uninstall of the release removes, and their data with them: Helm's own that are not marked to be kept, and
 * those of a stateful set that takes them along (spec.persistentVolumeClaimRetentionPolicy makes it their owner).
 * https://helm.sh/docs/howto/charts_tips_and_tricks/#tell-helm-not-to-uninstall-a-resource
 */
export function claimsOfRelease(claims: readonly ClaimObject[], release: string): ClaimObject[] {
  const own = ofRelease(claims, release).filter(
    ({ metadata }) => metadata.annotations['helm.sh/resource-policy'] !== 'keep',
  );
  const owned = claims.filter(({ metadata }) => metadata.ownerReferences?.some(({ kind }) => kind === 'StatefulSet'));
  return [...new Set([...own, ...owned])];
}

/** Whether a pod or a claim belongs to a release: where others share its namespace, theirs are not the product's. */
export function belongsTo(
  release: string,
  { metadata }: { readonly metadata: PodObject['metadata'] },
  workloads: readonly Pick<WorkloadState, 'name'>[] = [],
): boolean {
  const owners = (metadata.ownerReferences ?? []).map(({ name }) => name);
  return (
    metadata.labels['app.kubernetes.io/instance'] === release ||
    metadata.annotations['meta.helm.sh/release-name'] === release ||
    workloads.some(({ name }) => owners.some((owner) => owner === name || owner.replace(/-[^-]+$/, '') === name))
  );
}

/** `web 1 of 2, mongodb 0 of 3`, those that are complete left out. */
export function sayWaiting(states: readonly WorkloadState[]): string {
  const open = states.filter(({ complete }) => !complete);
  if (open.length === 0) return `${states.length} of ${states.length} ready`;
  return open.map(({ name, ready, wanted }) => `${name} ${ready} of ${wanted}`).join(', ');
}

/** One pod of a rollout that is not ready: what it waits for, and where. */
export interface StuckPod {
  readonly pod: string;
  readonly node: string | undefined;
  readonly trouble: string;
  /** It has ended at least once: its last words may say why. */
  readonly crashed: boolean;
  /** How often a container of it that is not ready was started again. */
  readonly restarts: number;
  /** Its registry answers, and does not give its image. */
  readonly withoutImage: boolean;
}

/** The pods that are not ready, with the last warning of the cluster about each where the pod itself says nothing. */
export function stuckPods(pods: readonly PodObject[], events: readonly EventObject[]): StuckPod[] {
  return pods.flatMap((pod) => {
    if (pod.metadata.deletionTimestamp !== undefined || podReady(pod)) return [];
    const { name } = pod.metadata;
    const own = events.filter(({ involvedObject }) => involvedObject.kind === 'Pod' && involvedObject.name === name);
    const [warning] = latestWarnings(own, 1);
    const said = podTrouble(pod);
    const quiet = said === undefined || /, not ready(: its|$)/.test(said);
    const trouble = quiet && warning !== undefined ? warning.slice(`Pod ${name}: `.length) : said;
    if (trouble === undefined) return [];
    const open = pod.status.containerStatuses.filter(({ ready }) => !ready);
    const restarts = Math.max(0, ...open.map(({ restartCount }) => restartCount));
    const withoutImage = open.some(({ state }) => isRefused(state.waiting));
    return [{ pod: name, node: pod.spec.nodeName, trouble, crashed: restarts > 0, restarts, withoutImage }];
  });
}

/** The kubelet has asked more than once, and what it heard is an answer. */
const isRefused = (waiting: ContainerStatus['state']['waiting']): boolean =>
  waiting?.reason === 'InvalidImageName' ||
  (waiting?.reason === 'ImagePullBackOff' && /not found|manifest unknown|denied|unauthorized/i.test(waiting.message));

/** By the kubelet's back-off (10 s, doubled each time) the fifth start comes after about 80 s. */
const restartsTried = 4;

/**
 * Whether waiting longer cannot help: each part that is not ready has pods that are not, and all of those end again and again, or
 * have no image. `before`: those that were stuck when the wait began, and may be what this update repairs.
 */
export function isHopeless(
  states: readonly WorkloadState[],
  stuck: readonly StuckPod[],
  before: readonly StuckPod[],
): boolean {
  const open = states.filter(({ complete }) => !complete);
  const lost = ({ pod, restarts, withoutImage }: StuckPod) => {
    const earlier = before.find((each) => each.pod === pod);
    if (withoutImage) return earlier?.withoutImage !== true;
    return restarts - (earlier?.restarts ?? 0) >= restartsTried;
  };
  const seen = ({ name }: WorkloadState) => stuck.some(({ pod }) => pod.startsWith(`${name}-`));
  return open.length > 0 && open.every(seen) && stuck.every(lost);
}

/** `kafka-2 on ks-3: its image cannot be pulled (…)` */
export const stuckLine = ({ pod, node, trouble }: StuckPod): string =>
  `${pod}${node === undefined ? '' : ` on ${node}`}: ${trouble}`;

/** What keeps a pod from being ready, in one line, or undefined when it is ready or done. */
export function podTrouble(pod: PodObject): string | undefined {
  const trouble = troubleOf(pod);
  if (!trouble || trouble.said === '') return trouble?.cause;
  return trouble.cause === '' ? trouble.said : `${trouble.cause} (${trouble.said})`;
}

/** The same in plain words alone, for a line that names several parts. */
export const podCause = (pod: PodObject): string | undefined => {
  const trouble = troubleOf(pod);
  return trouble?.cause || trouble?.said;
};

interface Trouble {
  /** In plain words; empty where there are none for it. */
  readonly cause: string;
  /** What the kubelet or the scheduler says. */
  readonly said: string;
}

function troubleOf(pod: PodObject): Trouble | undefined {
  if (pod.status.phase === 'Succeeded') return undefined;
  const trouble = pod.status.containerStatuses.flatMap((container) => containerTrouble(container) ?? [])[0];
  if (trouble) return trouble;
  const obstacle = unscheduled(pod);
  if (obstacle !== undefined) return unplaced(obstacle);
  if (podReady(pod)) return undefined;
  return { cause: pod.status.reason || `${pod.status.phase}, not ready${probeWords(pod)}`, said: '' };
}

type ContainerStatus = PodObject['status']['containerStatuses'][number];

function containerTrouble({ ready, state, lastState, restartCount }: ContainerStatus): Trouble | undefined {
  const { waiting, terminated } = state;
  const ended = terminated ?? lastState.terminated;
  const said = waiting && [waiting.reason, waiting.message].filter(Boolean).join(': ');
  if (ended?.reason === 'OOMKilled' && !ready) {
    const words = [ended.reason, restarted(restartCount), said].filter(Boolean).join('; ');
    return { cause: 'it exceeds its memory limit and is killed', said: words };
  }
  if (terminated) {
    const words = [terminated.reason, restarted(restartCount)].filter(Boolean).join('; ');
    return { cause: `it exited with code ${terminated.exitCode}`, said: words };
  }
  if (!waiting || waiting.reason === 'ContainerCreating' || waiting.reason === 'PodInitializing') return undefined;
  const code = ended === undefined ? '' : `; last with exit code ${ended.exitCode}`;
  return { cause: meanings[waiting.reason] ?? '', said: `${said}${code}` };
}

const restarted = (times: number) => `restarted ${counted(times, 'time')}`;

function probeWords({ status: { phase, containerStatuses } }: PodObject): string {
  const open = containerStatuses.find(({ ready }) => !ready);
  if (phase !== 'Running' || open?.started === undefined) return '';
  return `: its ${open.started ? 'readiness' : 'start-up'} probe does not pass`;
}

/** What the kubelet's reasons mean; its own words stay behind them. */
const meanings: Readonly<Record<string, string>> = {
  ErrImagePull: 'its image cannot be pulled',
  ImagePullBackOff: 'its image cannot be pulled',
  InvalidImageName: 'the name of its image is not valid',
  CrashLoopBackOff: 'it keeps exiting after it has started',
  CreateContainerConfigError: 'a secret or config map that it needs is missing',
  CreateContainerError: 'its container cannot be created',
  RunContainerError: 'its program cannot be started',
};

const volumeElsewhere = /volume node affinity conflict/;

/** What the scheduler's reasons mean, the first that fits; its own words stay behind them. */
const obstacles: readonly (readonly [RegExp, string])[] = [
  [/unbound immediate PersistentVolumeClaims|persistentvolumeclaim .*not found/, 'its volume does not exist yet'],
  [/^0\/(\d+) nodes are available: \1 node\(s\) were unschedulable/, 'every node is cordoned'],
  [/Insufficient memory/, 'no node has enough free memory'],
  [/Insufficient cpu/, 'no node has enough free CPU'],
  [/anti-affinity rules/, 'every node that could run it already runs one'],
  [volumeElsewhere, 'the node with its volume cannot take it'],
  [/not enough free storage|did not have enough free storage/, 'no node has enough free storage'],
];

/** Why the scheduler places it nowhere, in its words. */
function unscheduled({ status: { conditions } }: PodObject): string | undefined {
  const found = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return found && (found.message || found.reason);
}

function unplaced(said: string): Trouble {
  const meaning = obstacles.find(([words]) => words.test(said))?.[1];
  const where = 'not placed on a node';
  return meaning === undefined ? { cause: '', said: `${where}: ${said}` } : { cause: `${where}: ${meaning}`, said };
}

export function podReady(pod: PodObject): boolean {
  return pod.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** The newest warnings, one line each, the newest first and no two alike. */
export function latestWarnings(events: readonly EventObject[], limit: number): string[] {
  const lines = events
    .filter(({ type }) => type === 'Warning')
    .toSorted((a, b) => eventSeen(b).localeCompare(eventSeen(a)))
    .map(
      ({ involvedObject, reason, message }) => `${involvedObject.kind} ${involvedObject.name}: ${reason}: ${message}`,
    );
  return [...new Set(lines)].slice(0, limit);
}
