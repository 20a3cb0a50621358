import * as z from 'zod';
import type { Answer } from '../../host/answer.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { clusterNode, controlTaint } from '../../kubernetes/nodes.ts';
import { nodeObject } from '../../kubernetes/objects.ts';
import { readList } from '../../kubernetes/read.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import { silent, told } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepKind } from '../step.ts';

const parameters = z.object({ seed: z.string(), nodes: z.array(z.string()).min(1) });
type Parameters = z.output<typeof parameters>;

/** Those that the product may run on. */
async function openNodes(host: ReadOnlyHost, { nodes }: Parameters): Promise<Answer<string[]>> {
  const answer = await readList(host, 'nodes', {}, nodeObject);
  if (!answer.answered) return answer;
  const only = answer.value.map(clusterNode).filter((node) => node.controlOnly);
  return { answered: true, value: nodes.filter((name) => !only.some((node) => node.name === name)) };
}

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const open = await openNodes(await context.look(p.seed), p);
  if (!open.answered) return silent(p.seed, open.said);
  return open.value.length === 0
    ? { ok: true, observed: 'only the cluster itself runs on them' }
    : { ok: false, observed: `the product may run on ${open.value.join(', ')}` };
}

/** Managers of a shape whose managers only control. */
export const controlOnly: StepKind<typeof parameters> = {
  kind: 'control-only',
  parameters,
  state,
  madeUnder: () => 'closed',
  async act(context, p, step) {
    const open = await told(context, p.seed, 'the nodes', (host) => openNodes(host, p));
    if (open.length > 0) context.remember('closed', open.join(' '));
    await carryOut(context, step);
  },
  async undo(context, p) {
    const closed = context.recall('closed');
    if (closed === undefined) return madeNothing;
    for (const node of closed.split(' '))
      await context.run(p.seed, kubectl.taint(node, `${controlTaint.key}:${controlTaint.effect}-`), {
        sudo: true,
        allow: [0, 1],
      });
    return untilGone(context, () => state(context, p));
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
