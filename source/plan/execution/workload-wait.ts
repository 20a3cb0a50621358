import type { Answer } from '../../host/answer.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { clusterNode } from '../../kubernetes/nodes.ts';
import {
  type EventObject,
  eventObject,
  nodeObject,
  type PodObject,
  podObject,
  type WorkloadObject,
  workloadObject,
} from '../../kubernetes/objects.ts';
import { readList } from '../../kubernetes/read.ts';
import {
  isHopeless,
  latestWarnings,
  ofRelease,
  podReady,
  type StuckPod,
  sayWaiting,
  stuckLine,
  stuckPods,
  type WorkloadState,
  waitingForNodes,
  workloadKinds,
  workloadState,
} from '../../kubernetes/workloads.ts';
import { kloudspot } from '../../text/command.ts';
import { listed } from '../../text/listed.ts';
import type { LookContext, StateCheck, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { look } from './carry-out.ts';
import { minutes, seconds } from './define.ts';
import { silent, told } from './told.ts';

/** Workloads that a step waits for. */
export interface WorkloadsWanted {
  /** The node that is asked. */
  readonly through: string;
  readonly namespace: string;
  /** Which of the namespace's workloads count. */
  readonly pick: (workloads: readonly WorkloadObject[]) => readonly WorkloadObject[];
  /** At least so many must be there: none at all is not "all ready". */
  readonly atLeast: number;
  /**
   * Set: pods that only a lost node keeps from being ready are not waited for. The workloads that were not ready before, by name: their
   * pods without a place count as such.
   */
  readonly notReady?: readonly string[] | undefined;
}

/** The workloads of a release, one at least. */
export function partsOf(place: {
  readonly seed: string;
  readonly namespace: string;
  readonly release: string;
}): WorkloadsWanted {
  return {
    through: place.seed,
    namespace: place.namespace,
    pick: (workloads) => ofRelease(workloads, place.release),
    atLeast: 1,
  };
}

/** Whether all of them are there, of their newest specification and ready. */
export async function workloadsReady(
  context: LookContext,
  wanted: WorkloadsWanted,
): Promise<StateCheck & { readonly states: readonly WorkloadState[] }> {
  const answer = await workloadsOf(context, wanted);
  if (!answer.answered) return { ...silent(wanted.through, answer.said), states: [] };
  const found = wanted.pick(answer.value);
  const states = found.map((each) => workloadState(each));
  if (states.length < wanted.atLeast) {
    return { ok: false, observed: `${states.length} of ${wanted.atLeast} workloads are there`, states };
  }
  if (wanted.notReady === undefined || states.every(({ complete }) => complete)) {
    return { ok: states.every(({ complete }) => complete), observed: sayWaiting(states), states };
  }
  return readyButForNodes(context, wanted, found, states);
}

async function workloadsOf(context: LookContext, wanted: WorkloadsWanted): Promise<Answer<WorkloadObject[]>> {
  const host = await context.look(wanted.through);
  return readList(host, workloadKinds, { namespace: wanted.namespace }, workloadObject, { signal: context.signal });
}

/** How many of them are there, ready or not. Throws `StepFault` where the API does not answer. */
export async function workloadsThere(context: StepContext, wanted: WorkloadsWanted): Promise<number> {
  const all = await told(context, wanted.through, `the parts in namespace ${wanted.namespace}`, () =>
    workloadsOf(context, wanted),
  );
  return wanted.pick(all).length;
}

/** The same where pods that only a lost node keeps from being ready do not count. */
async function readyButForNodes(
  context: LookContext,
  wanted: WorkloadsWanted,
  found: readonly WorkloadObject[],
  strict: readonly WorkloadState[],
): ReturnType<typeof workloadsReady> {
  const { through, namespace, notReady = [] } = wanted;
  const lost = await lostNodes(context, wanted);
  if (lost.length === 0) return { ok: false, observed: sayWaiting(strict), states: strict };
  const pods = await readList(await context.look(through), 'pods', { namespace }, podObject);
  if (!pods.answered) return { ...silent(through, pods.said), states: strict };
  const states = found.map((each) => workloadState(each, waitingForNodes(each, pods.value, lost, notReady)));
  const ok = states.every(({ complete }) => complete);
  return { ok, observed: ok ? `${sayWaiting(strict)}: ${waitsFor(lost)}` : sayWaiting(states), states };
}

const waitsFor = (lost: readonly string[]): string =>
  `what has its volume or its place on ${listed(lost)} waits for ${lost.length === 1 ? 'it' : 'them'}`;

export interface WorkloadsWait {
  readonly for: string;
  /** In ms. */
  readonly deadline?: number;
  readonly causes?: readonly string[];
  /** Ends before the deadline once waiting longer cannot help. */
  readonly endsEarly?: boolean;
}

/**
 * Waits for them and says component by component how far it is, and of each pod that is stuck what it waits for, once.
 * On expiry the fault carries the pods that are stuck, their last words and the last warnings of the cluster.
 */
export async function untilWorkloadsReady(
  context: StepContext,
  wanted: WorkloadsWanted,
  wait: WorkloadsWait,
): Promise<void> {
  const before = wait.endsEarly ? await stuckBefore(context, wanted) : [];
  const said = new Set<string>();
  const tellOnce = (text: string, share?: number) => {
    if (!said.has(text)) context.progress(text, share);
    said.add(text);
  };
  try {
    await context.until({
      for: wait.for,
      deadline: wait.deadline ?? minutes(8),
      every: 3_000,
      probe: async () => {
        const { ok, observed, states } = await workloadsReady(context, wanted);
        tellOnce(observed, fraction(states));
        if (ok) return { ok, observed };
        const { stuck } = await stuckNow(context, wanted);
        const lines = stuck.map(stuckLine);
        for (const line of lines) tellOnce(line, fraction(states));
        const hopeless = wait.endsEarly === true && isHopeless(states, stuck, before);
        return { ok, observed: [observed, ...lines.slice(0, 1)].join('; '), hopeless };
      },
    });
  } catch (error) {
    if (!(error instanceof StepFault) || context.signal.aborted) throw error;
    const lost = await lostNodes(context, wanted);
    throw new StepFault({
      tried: error.tried,
      seen: error.seen,
      causes: [...(await troubles(context, wanted, lost)), ...(wait.causes ?? [])],
      next: [
        ...bringBack(lost),
        `sudo microk8s kubectl get pods -n ${wanted.namespace} on ${wanted.through} shows their state`,
      ],
      cause: error,
    });
  }
}

/** What to do about the nodes that are lost: one line, however many they are. */
function bringBack(lost: readonly string[]): string[] {
  const [first] = lost;
  if (first === undefined) return [];
  const it = lost.length === 1 ? 'it' : `each, such as ${first}`;
  return [
    `Bring ${listed(lost)} back, or replace ${it}: ${kloudspot(`node replace ${first} --with NEW --reach ADDRESS`)}`,
  ];
}

function fraction(states: readonly WorkloadState[]): number | undefined {
  const wanted = states.reduce((sum, state) => sum + state.wanted, 0);
  return wanted === 0
    ? undefined
    : states.reduce((sum, state) => sum + Math.min(state.ready, state.wanted), 0) / wanted;
}

interface Stuck {
  readonly stuck: readonly StuckPod[];
  readonly events: readonly EventObject[];
}

/** The pods of the workloads that are not ready. Warnings of the cluster only explain: where they are not listed, there are none. */
async function stuckPodsOf(host: ReadOnlyHost, { namespace, pick }: WorkloadsWanted): Promise<Answer<Stuck>> {
  const [pods, events, workloads] = await Promise.all([
    readList(host, 'pods', { namespace }, podObject),
    readList(host, 'events', { namespace }, eventObject),
    readList(host, workloadKinds, { namespace }, workloadObject),
  ]);
  if (!pods.answered) return pods;
  if (!workloads.answered) return workloads;
  const parts = pick(workloads.value).map(({ metadata }) => metadata.name);
  const ours = ({ metadata }: PodObject) => parts.some((name) => metadata.name.startsWith(`${name}-`));
  // What a pod waited for before it became ready, or was replaced, is kept for an hour.
  const settled = pods.value.filter((pod) => podReady(pod) || pod.metadata.deletionTimestamp !== undefined);
  const names = new Set(settled.map(({ metadata }) => metadata.name));
  const past = ({ involvedObject: { kind, name } }: EventObject) => kind === 'Pod' && names.has(name);
  const warnings = (events.answered ? events.value : []).filter((event) => !past(event));
  return { answered: true, value: { stuck: stuckPods(pods.value.filter(ours), warnings), events: warnings } };
}

/** The same as far as the API answers: it explains something else, and never fails. */
async function stuckNow(context: LookContext, wanted: WorkloadsWanted): Promise<Stuck> {
  const nothing: Stuck = { stuck: [], events: [] };
  try {
    const seen = await stuckPodsOf(await context.look(wanted.through), wanted);
    return seen.answered ? seen.value : nothing;
  } catch {
    return nothing;
  }
}

/** Those that a wait begins with. They are told from those that it brings: silence would make all of them new. */
async function stuckBefore(context: StepContext, wanted: WorkloadsWanted): Promise<readonly StuckPod[]> {
  const what = `the pods in namespace ${wanted.namespace}`;
  return (await told(context, wanted.through, what, (host) => stuckPodsOf(host, wanted))).stuck;
}

/** What the pods and the cluster's last warnings tell, in plain lines. */
async function troubles(context: LookContext, wanted: WorkloadsWanted, lost: readonly string[]): Promise<string[]> {
  const { stuck, events } = await stuckNow(context, wanted);
  const lines = await Promise.all(
    stuck
      .slice(0, 4)
      .map(async (pod) => [stuckLine(pod), ...(pod.crashed ? await lastWords(context, wanted, pod) : [])]),
  );
  return [
    ...(lost.length === 0
      ? []
      : [`${lost.length === 1 ? `node ${lost[0]} is` : `nodes ${listed(lost)} are`} lost: ${waitsFor(lost)}`]),
    ...lines.flat(),
    ...latestWarnings(events, 3),
  ];
}

/** The nodes that the cluster does not hear from, as far as the API answers. */
export async function lostNodes(
  context: LookContext,
  { through }: Pick<WorkloadsWanted, 'through'>,
): Promise<string[]> {
  try {
    const nodes = await readList(await context.look(through), 'nodes', {}, nodeObject);
    const all = nodes.answered ? nodes.value.map(clusterNode) : [];
    return all.filter(({ ready }) => !ready).map(({ name }) => name);
  } catch {
    return [];
  }
}

/**
 * What a container that ended said last. Once it runs again, that is the one before; while it has ended, it is the one of now, and the
 * kubelet has removed the one before, which kubectl says as if it were a line of the log, with exit code 0.
 */
async function lastWords(context: LookContext, wanted: WorkloadsWanted, { pod }: StuckPod): Promise<string[]> {
  const before = await wordsOf(context, wanted, pod, true);
  const lines = before.length > 0 ? before : await wordsOf(context, wanted, pod, false);
  return lines.slice(-3).map((line) => `the last log line of ${pod}: ${line.slice(0, 200)}`);
}

async function wordsOf(
  context: LookContext,
  { through, namespace }: WorkloadsWanted,
  pod: string,
  before: boolean,
): Promise<string[]> {
  try {
    const { code, stdout } = await look(context, through, kubectl.lastWords(pod, namespace, 3, before), seconds(15));
    const lines = stdout.split('\n').map((line) => line.trim());
    return code === 0
      ? lines.filter((line) => line !== '' && !line.startsWith('unable to retrieve container logs'))
      : [];
  } catch {
    return [];
  }
}
