import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { clusterNode } from '../../kubernetes/nodes.ts';
import { nodeObject, podObject } from '../../kubernetes/objects.ts';
import { readList, readObject } from '../../kubernetes/read.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

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
async function movablePods(context: StepContext, seed: string, node: string): Promise<string[] | string> {
  const answer = await readList(await context.look(seed), 'pods', { all: true }, podObject, { signal: context.signal });
  if (!answer.answered) return `${seed} says: ${answer.said}`;
  return answer.value
    .filter(({ spec, metadata, status }) => {
      const owners = metadata.ownerReferences ?? [];
      const ended = status.phase === 'Succeeded' || status.phase === 'Failed';
      return spec.nodeName === node && !ended && !owners.some(({ kind }) => kind === 'DaemonSet' || kind === 'Node');
    })
    .map(({ metadata }) => metadata.name);
}

async function state(context: StepContext, { node, seed, becomes }: Parameters): Promise<StateCheck> {
  const answer = await readObject(await context.look(seed), 'nodes', node, undefined, nodeObject);
  if (!answer.answered) return { ok: false, observed: `${seed} says: ${answer.said}` };
  if (!answer.value) return { ok: true, observed: `${node} is no longer in the cluster` };
  const { schedulable, role } = clusterNode(answer.value);
  if (role === becomes) return { ok: true, observed: `${node} is a ${role} already` };
  if (schedulable) return { ok: false, observed: `${node} is not cordoned` };
  const left = await movablePods(context, seed, node);
  if (typeof left === 'string') return { ok: false, observed: left };
  return {
    ok: left.length === 0,
    observed: left.length === 0 ? `${node} is empty` : `still on ${node}: ${left.join(', ')}`,
  };
}

async function takesPods(context: StepContext, seed: string, node: string): Promise<boolean> {
  const found = await readObject(await context.look(seed), 'nodes', node, undefined, nodeObject);
  return found.answered && found.value !== undefined && clusterNode(found.value).schedulable;
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
    if (context.recall('closed') === undefined) return;
    const found = await readObject(await context.look(seed), 'nodes', node, undefined, nodeObject);
    if (found.answered && found.value?.spec.unschedulable)
      await context.run(seed, kubectl.uncordon(node), { sudo: true });
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
