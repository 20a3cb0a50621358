import * as z from 'zod';
import { clusterNode } from '../../kubernetes/nodes.ts';
import { nodeObject } from '../../kubernetes/objects.ts';
import { readList } from '../../kubernetes/read.ts';
import { copiesSeen } from '../../storage/engines/engines.ts';
import { kloudspot } from '../../text/command.ts';
import { minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import { partsOf, workloadsReady } from '../execution/workload-wait.ts';
import type { LookContext, PlannedStep, StateCheck, StepKind } from '../step.ts';

const parameters = z.object({
  seed: z.string(),
  nodes: z.array(z.string()),
  release: z.string(),
  namespace: z.string(),
  /** Shared volumes have copies, which are rebuilt after their node was away. Older plans name their namespace. */
  copies: z.coerce.boolean().exactOptional(),
});
type Parameters = z.output<typeof parameters>;

/** Every node is ready and open, and every part of the product is, where it is installed. */
async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const answer = await readList(await context.look(p.seed), 'nodes', {}, nodeObject, { signal: context.signal });
  if (!answer.answered) return silent(p.seed, answer.said);
  const nodes = answer.value.map(clusterNode);
  const open = p.nodes.filter((name) => !nodes.some((node) => node.name === name && node.ready && node.schedulable));
  if (open.length > 0) return { ok: false, observed: `not ready: ${open.join(', ')}` };
  const parts = await workloadsReady(context, { ...partsOf(p), atLeast: 0 });
  if (!parts.ok) return parts;
  const copies = p.copies ? await copiesSeen(await context.look(p.seed), {}) : undefined;
  if (copies?.answered === false) return silent(p.seed, copies.said);
  const broken = (copies?.value ?? []).filter(({ healthy }) => !healthy).map(({ name }) => name);
  if (broken.length > 0) return { ok: false, observed: `copies of shared volumes not healthy: ${broken.join(', ')}` };
  return { ok: true, observed: `${p.nodes.length} nodes and every part are ready` };
}

export const settled: StepKind<typeof parameters> = {
  kind: 'settled',
  parameters,
  state,
  act: (context, p) =>
    context.until({
      for: 'nodes and product to be ready',
      deadline: minutes(25),
      every: 5_000,
      // A kubelet that has just started can take its node back for some seconds.
      steady: 10_000,
      probe: () => state(context, p),
      causes: [
        'a part was not ready before',
        'its volume is still being filled',
        'too few nodes for one instance each',
      ],
      next: [kloudspot('status')],
    }),
};

/** `name` is unique in the plan; `when` says the same in words. */
export function planSettled(name: string, when: string, p: Parameters): PlannedStep {
  return plannedStep(settled, {
    name,
    group: 'Health',
    title: `Everything is ready ${when}`,
    why: 'The next node is touched only when this one runs its workloads again.',
    risk: 'none',
    deadline: minutes(27),
    parameters: p,
    skippable: true,
  });
}
