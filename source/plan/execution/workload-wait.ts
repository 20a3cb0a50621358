import type { WorkloadObject } from '../../kubernetes/objects.ts';
import { eventObject, podObject, workloadObject } from '../../kubernetes/objects.ts';
import { readList } from '../../kubernetes/read.ts';
import type { WorkloadState } from '../../kubernetes/workloads.ts';
import { latestWarnings, podTrouble, sayWaiting, workloadKinds, workloadState } from '../../kubernetes/workloads.ts';
import type { StateCheck, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { minutes } from './define.ts';

export interface WorkloadsWanted {
  /** The node that is asked. */
  readonly through: string;
  readonly namespace: string;
  /** Which of the namespace's workloads count. */
  readonly pick: (workloads: readonly WorkloadObject[]) => readonly WorkloadObject[];
  /** At least so many must be there: none at all is not "all ready". */
  readonly atLeast: number;
}

/** Whether all of them are there, of their newest specification and ready. */
export async function workloadsReady(
  context: StepContext,
  wanted: WorkloadsWanted,
): Promise<StateCheck & { readonly states: readonly WorkloadState[] }> {
  const host = await context.look(wanted.through);
  const answer = await readList(host, workloadKinds, { namespace: wanted.namespace }, workloadObject, {
    signal: context.signal,
  });
  if (!answer.answered) return { ok: false, observed: `${wanted.through} says: ${answer.said}`, states: [] };
  const states = wanted.pick(answer.value).map(workloadState);
  if (states.length < wanted.atLeast) {
    return { ok: false, observed: `${states.length} of ${wanted.atLeast} workloads are there`, states };
  }
  return { ok: states.every(({ complete }) => complete), observed: sayWaiting(states), states };
}

/** Waits for them and says component by component how far it is; on expiry the fault carries the last warnings of the cluster. */
export async function untilWorkloadsReady(
  context: StepContext,
  wanted: WorkloadsWanted,
  wait: { readonly for: string; readonly deadline?: number; readonly causes?: readonly string[] },
): Promise<void> {
  let said = '';
  try {
    await context.until({
      for: wait.for,
      deadline: wait.deadline ?? minutes(8),
      every: 3_000,
      probe: async () => {
        const { ok, observed, states } = await workloadsReady(context, wanted);
        if (observed !== said) context.progress(observed, fraction(states));
        said = observed;
        return { ok, observed };
      },
    });
  } catch (error) {
    if (!(error instanceof StepFault) || context.signal.aborted) throw error;
    throw new StepFault({
      tried: error.tried,
      seen: error.seen,
      causes: [...(await troubles(context, wanted)), ...(wait.causes ?? [])],
      next: [`sudo microk8s kubectl get pods -n ${wanted.namespace} on ${wanted.through} shows their state`],
      cause: error,
    });
  }
}

function fraction(states: readonly WorkloadState[]): number | undefined {
  const wanted = states.reduce((sum, state) => sum + state.wanted, 0);
  return wanted === 0
    ? undefined
    : states.reduce((sum, state) => sum + Math.min(state.ready, state.wanted), 0) / wanted;
}

/** What the pods and the cluster's last warnings tell, in plain lines. Never fails: it explains another failure. */
async function troubles(context: StepContext, { through, namespace }: WorkloadsWanted): Promise<string[]> {
  try {
    const host = await context.look(through);
    const [pods, events] = await Promise.all([
      readList(host, 'pods', { namespace }, podObject),
      readList(host, 'events', { namespace }, eventObject),
    ]);
    const stuck = (pods.answered ? pods.value : []).flatMap((pod) => {
      const trouble = podTrouble(pod);
      return trouble === undefined ? [] : [`${pod.metadata.name}: ${trouble}`];
    });
    return [...stuck.slice(0, 4), ...latestWarnings(events.answered ? events.value : [], 3)];
  } catch {
    return [];
  }
}
