import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { namespaceObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { manifestText } from '../release/manifest.ts';
import type { Looked, PlannedStep, StepContext, StepKind } from '../step.ts';
import { carryOut } from '../work/carry-out.ts';
import { command, minutes, plannedStep } from '../work/define.ts';

const parameters = z.object({ seed: z.string(), namespace: z.string() });
type Parameters = z.output<typeof parameters>;

async function state(context: StepContext, { seed, namespace }: Parameters): Promise<Looked> {
  const answer = await readObject(await context.look(seed), 'namespaces', namespace, undefined, namespaceObject);
  if (!answer.answered) return { holds: false, seen: `${seed} says: ${answer.said}` };
  if (!answer.value) return { holds: false, seen: `no namespace ${namespace}` };
  const { phase } = answer.value.status;
  return { holds: phase === 'Active', seen: `namespace ${namespace} is ${phase.toLowerCase()}` };
}

export const namespaceKind: StepKind<typeof parameters> = {
  kind: 'namespace',
  parameters,
  done: state,
  verify: state,
  act: (context, _, step) => carryOut(context, step),
};

export function planNamespace(p: Parameters, needs: readonly string[]): PlannedStep {
  return plannedStep(namespaceKind, {
    group: 'Prepare the product',
    title: `Namespace ${p.namespace}`,
    why: 'All that belongs to the product stands in it.',
    needs,
    deadline: minutes(3),
    parameters: p,
    commands: [
      command(p.seed, kubectl.apply(), {
        stdin: manifestText([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: p.namespace } }]),
      }),
    ],
  });
}
