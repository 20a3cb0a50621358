import * as z from 'zod';
import { nodeState } from '../../host/node-state.ts';
import { counted } from '../../text/plural.ts';
import { carryOut, readText } from '../execution/carry-out.ts';
import { minutes, plannedStep } from '../execution/define.ts';
import type { LookContext, PlannedFile, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const parameters = z.object({ node: z.string() });

/** Where Helm on a node reads the product's values. */
export const valuesPath = `${nodeState}/values.yaml`;

/** Kinds whose end state is that the planned files lie there: the values, and the files of a local chart. */
async function state(context: LookContext, _: z.output<typeof parameters>, step: PlannedStep): Promise<StateCheck> {
  let open = 0;
  for (const { node, path, content } of step.files) if ((await readText(context, node, path)) !== content) open += 1;
  const all = step.files.length;
  const observed =
    all === 1 ? (open === 0 ? 'as planned' : 'not as planned') : `${all - open} of ${all} files as planned`;
  return { ok: open === 0, observed };
}

const shared = {
  parameters,

  state,
  act: (context: StepContext, _: z.output<typeof parameters>, step: PlannedStep) => carryOut(context, step),
};
export const values: StepKind<typeof parameters> = { kind: 'values', ...shared };
export const chart: StepKind<typeof parameters> = { kind: 'chart', ...shared };

export function planValues(node: string, content: string): PlannedStep {
  return plannedStep(values, {
    group: 'Prepare the product',
    title: 'Values of the product',
    why: 'The answers, as the chart reads them.',
    deadline: minutes(3),
    parameters: { node },
    files: [{ node, path: valuesPath, content, mode: 0o600 }],
  });
}

export function planChartFiles(node: string, files: readonly PlannedFile[]): PlannedStep {
  return plannedStep(chart, {
    group: 'Prepare the product',
    title: `Chart of the product, ${counted(files.length, 'file')}`,
    why: 'Helm on the node reads the chart from its own disk.',
    deadline: minutes(3),
    parameters: { node },
    files,
  });
}
