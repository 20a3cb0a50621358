import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { clusterNode } from '../../kubernetes/nodes.ts';
import { nodeObject, type PodObject, podObject } from '../../kubernetes/objects.ts';
import { readList, readObject } from '../../kubernetes/read.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import { silent, told } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const parameters = z.object({
  node: z.string(),
  seed: z.string(),
  /** The role in which it joins again: then nothing is drained any more. */
  becomes: z.enum(['manager', 'worker']).exactOptional(),
});
type Parameters = z.output<typeof parameters>;

/** s that pods get to move; a database may take its time to stop. */
export const drainSeconds = 600;

/** Pods on a node that a drain would move: daemon sets and those that have ended stay. */
function movablePods(pods: readonly PodObject[], node: string): string[] {
  return pods
    .filter(({ spec, metadata, status }) => {
      const owners = metadata.ownerReferences ?? [];
      const ended = status.phase === 'Succeeded' || status.phase === 'Failed';
      return spec.nodeName === node && !ended && !owners.some(({ kind }) => kind === 'DaemonSet' || kind === 'Node');
    })
    .map(({ metadata }) => metadata.name);
}

async function state(context: LookContext, { node, seed, becomes }: Parameters): Promise<StateCheck> {
  const host = await context.look(seed);
  const answer = await readObject(host, 'nodes', node, undefined, nodeObject);
  if (!answer.answered) return silent(seed, answer.said);
  if (!answer.value) return { ok: true, observed: `${node} is no longer in the cluster` };
  const { schedulable, role } = clusterNode(answer.value);
  if (role === becomes) return { ok: true, observed: `${node} is a ${role} already` };
  if (schedulable) return { ok: false, observed: `${node} is not cordoned` };
  const pods = await readList(host, 'pods', { all: true }, podObject, { signal: context.signal });
  if (!pods.answered) return silent(seed, pods.said);
  const left = movablePods(pods.value, node);
  return {
    ok: left.length === 0,
    observed: left.length === 0 ? `${node} is empty` : `still on ${node}: ${left.join(', ')}`,
  };
}

const nodeSeen = (context: StepContext, seed: string, node: string) =>
  told(context, seed, `node ${node}`, (host) => readObject(host, 'nodes', node, undefined, nodeObject));

async function cordoned(context: StepContext, seed: string, node: string): Promise<StateCheck> {
  const answer = await readObject(await context.look(seed), 'nodes', node, undefined, nodeObject);
  if (!answer.answered) return silent(seed, answer.said);
  const closed = answer.value?.spec.unschedulable === true;
  return { ok: closed, observed: `${node} is ${closed ? '' : 'not '}cordoned` };
}

async function takesPods(context: StepContext, seed: string, node: string): Promise<boolean> {
  const found = await nodeSeen(context, seed, node);
  return found !== undefined && clusterNode(found).schedulable;
}

export const drain: StepKind<typeof parameters> = {
  kind: 'drain',
  parameters,
  state,
  madeUnder: () => 'closed',
  async act(context, { node, seed }, step) {
    if (await takesPods(context, seed, node)) context.remember('closed', node);
    await carryOut(context, step, {
      run: {
        deadline: minutes(12),
        causes: [
          'a disruption budget blocks the eviction: another instance is not ready',
          'a pod does not terminate in time',
        ],
        next: [`sudo microk8s kubectl get pods -A -o wide --field-selector spec.nodeName=${node} on ${seed}`],
      },
    });
  },
  /** A node that was closed before stays so. */
  async undo(context, { node, seed }) {
    if (context.recall('closed') === undefined) return madeNothing;
    const found = await nodeSeen(context, seed, node);
    if (found === undefined) return `${node} has left the cluster`;
    if (found.spec.unschedulable) await context.run(seed, kubectl.uncordon(node), { sudo: true });
    return untilGone(context, () => cordoned(context, seed, node));
  },
};

export function planDrain(p: Parameters): PlannedStep {
  return plannedStep(drain, {
    node: p.node,
    group: `Take ${p.node} out`,
    title: 'Move pods to the other nodes',
    why: 'Parts that can move do so while their node still runs, one after the other, as far as the product allows.',
    risk: 'dangerous',
    deadline: minutes(14),
    parameters: p,
    commands: [command('drain', p.seed, kubectl.drain(p.node, drainSeconds))],
  });
}
