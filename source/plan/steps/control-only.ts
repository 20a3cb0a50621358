import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { clusterNode, controlTaint } from '../../kubernetes/nodes.ts';
import { nodeObject } from '../../kubernetes/objects.ts';
import { readList } from '../../kubernetes/read.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const parameters = z.object({ seed: z.string(), nodes: z.array(z.string()).min(1) });
type Parameters = z.output<typeof parameters>;

/** Those that the product may run on. As text: why the cluster was not asked. */
async function openNodes(context: StepContext, { seed, nodes }: Parameters): Promise<readonly string[] | string> {
  const answer = await readList(await context.look(seed), 'nodes', {}, nodeObject);
  if (!answer.answered) return `${seed} says: ${answer.said}`;
  const only = answer.value.map(clusterNode).filter((node) => node.controlOnly);
  return nodes.filter((name) => !only.some((node) => node.name === name));
}

async function state(context: StepContext, p: Parameters): Promise<StateCheck> {
  const open = await openNodes(context, p);
  if (typeof open === 'string') return { ok: false, observed: open };
  return {
    ok: open.length === 0,
    observed: open.length === 0 ? 'only the cluster itself runs on them' : `the product may run on ${open.join(', ')}`,
  };
}

/** Managers of a shape whose managers only control. */
export const controlOnly: StepKind<typeof parameters> = {
  kind: 'control-only',
  parameters,
  state,
  madeUnder: () => 'closed',
  async act(context, p, step) {
    const open = await openNodes(context, p);
    if (typeof open !== 'string' && open.length > 0) context.remember('closed', open.join(' '));
    await carryOut(context, step);
  },
  async undo(context, { seed }) {
    for (const node of context.recall('closed')?.split(' ') ?? [])
      await context.run(seed, kubectl.taint(node, `${controlTaint.key}:${controlTaint.effect}-`), {
        sudo: true,
        allow: [0, 1],
      });
  },
};

export function planControlOnly(p: Parameters): PlannedStep {
  return plannedStep(controlOnly, {
    group: 'Managers that only control',
    title: `Keep the product off ${p.nodes.join(', ')}`,
    why: 'The shape of the product keeps control and work apart: load on a worker never reaches the datastore.',
    deadline: minutes(3),
    parameters: p,
    commands: p.nodes.map((node) =>
      command(`taint ${node}`, p.seed, kubectl.taint(node, `${controlTaint.key}=:${controlTaint.effect}`)),
    ),
  });
}
