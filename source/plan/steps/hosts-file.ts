import * as z from 'zod';
import { defined } from '../../text/defined.ts';
import { carryOut, readText } from '../execution/carry-out.ts';
import { minutes, plannedStep } from '../execution/define.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const path = '/etc/hosts';
const parameters = z.object({ node: z.string(), content: z.string() });
type Parameters = z.output<typeof parameters>;

async function state(context: StepContext, { node, content }: Parameters): Promise<StateCheck> {
  const ok = (await readText(context, node, path)) === content;
  return { ok, observed: ok ? 'names every node' : 'does not name every node as planned' };
}

export const hostsFile: StepKind<typeof parameters> = {
  kind: 'hosts-file',
  parameters,

  state,
  async act(context, { node }, step) {
    context.remember('before', (await readText(context, node, path)) ?? '');
    await carryOut(context, step);
  },
  async undo(context, { node }) {
    const before = context.recall('before');
    if (before !== undefined) await context.write(node, { path, content: before });
  },
};

export function planHostsFile(p: Parameters, before: string | undefined): PlannedStep {
  return plannedStep(hostsFile, {
    node: p.node,
    group: 'Hosts files',
    title: 'Name every node in /etc/hosts',
    why: 'A manager refuses a node whose name it cannot resolve.',
    deadline: minutes(3),
    parameters: p,
    files: [{ node: p.node, path, content: p.content, mode: 0o644, ...defined({ before }) }],
    changes: ['hosts'],
  });
}
