import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { namespaceObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import { manifestText } from '../release/manifest.ts';
import type { LookContext, PlannedStep, StateCheck, StepKind } from '../step.ts';

const parameters = z.object({ seed: z.string(), namespace: z.string() });
type Parameters = z.output<typeof parameters>;

async function state(context: LookContext, { seed, namespace }: Parameters): Promise<StateCheck> {
  const answer = await readObject(await context.look(seed), 'namespaces', namespace, undefined, namespaceObject);
  if (!answer.answered) return silent(seed, answer.said);
  if (!answer.value) return { ok: false, observed: `no namespace ${namespace}` };
  const { phase } = answer.value.status;
  return { ok: phase === 'Active', observed: `namespace ${namespace} is ${phase.toLowerCase()}` };
}

export const namespaceKind: StepKind<typeof parameters> = {
  kind: 'namespace',
  parameters,

  state,
  act: (context, _, step) => carryOut(context, step),
};

export function planNamespace(p: Parameters): PlannedStep {
  return plannedStep(namespaceKind, {
    group: 'Prepare the product',
    title: `Namespace ${p.namespace}`,
    why: 'Everything that belongs to the product is in it.',
    deadline: minutes(3),
    parameters: p,
    commands: [
      command('apply', p.seed, kubectl.apply(), {
        stdin: manifestText([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: p.namespace } }]),
      }),
    ],
  });
}
