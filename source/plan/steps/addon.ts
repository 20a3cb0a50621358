import type * as z from 'zod';
import type { WorkloadState } from '../../kubernetes/workloads.ts';
import { defined } from '../../text/defined.ts';
import { runCommand } from '../execution/carry-out.ts';
import { minutes } from '../execution/define.ts';
import { onceTold } from '../execution/told.ts';
import { untilWorkloadsReady, type WorkloadsWanted, workloadsReady } from '../execution/workload-wait.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind, StepRunOptions } from '../step.ts';

/** An addon of MicroK8s. Its step has a command `enable`; that MicroK8s calls it enabled proves nothing. */
export interface Addon<Schema extends z.ZodType> {
  readonly kind: string;
  readonly parameters: Schema;
  readonly wanted: (parameters: z.output<Schema>) => WorkloadsWanted;
  /** What belongs to its end state beside its workloads, which run. */
  readonly rest: (
    context: LookContext,
    parameters: z.output<Schema>,
    states: readonly WorkloadState[],
  ) => Promise<StateCheck>;
  /** Before `enable`: what keeps MicroK8s from enabling it. */
  readonly clear?: (context: StepContext, parameters: z.output<Schema>, step: PlannedStep) => Promise<void>;
  /** Does what `enable` leaves out; once its workloads run and the end state is not there. */
  readonly complete?: (context: StepContext, parameters: z.output<Schema>, step: PlannedStep) => Promise<void>;
  /** What it is called in messages. Default: what follows `addon-` in its kind. */
  readonly title?: (parameters: z.output<Schema>) => string;
  readonly undo?: NonNullable<StepKind<Schema>['undo']>;
  readonly madeUnder?: NonNullable<StepKind<Schema>['madeUnder']>;
  readonly advice: (parameters: z.output<Schema>) => Pick<StepRunOptions, 'causes' | 'next'>;
}

export function addonKind<Schema extends z.ZodType>(addon: Addon<Schema>): StepKind<Schema> {
  const { kind, parameters, wanted, rest, clear, complete, advice } = addon;
  const name = addon.title ?? (() => kind.replace(/^addon-/, ''));
  const state = async (context: LookContext, p: z.output<Schema>): Promise<StateCheck> => {
    const { states, ...seen } = await workloadsReady(context, wanted(p));
    return seen.ok ? rest(context, p, states) : { ...seen, observed: `${name(p)}: ${seen.observed}` };
  };
  const untilItRuns = (context: StepContext, p: z.output<Schema>) => {
    const { causes = [] } = advice(p);
    return untilWorkloadsReady(context, wanted(p), { for: `${name(p)} to run`, causes });
  };
  return {
    kind,
    parameters,
    ...defined({ undo: addon.undo, madeUnder: addon.madeUnder }),
    state,
    async act(context, p, step) {
      await clear?.(context, p, step);
      await runCommand(context, step, 'enable', { run: { deadline: minutes(6), ...advice(p) } });
      await untilItRuns(context, p);
      if (complete === undefined || (await onceTold(context, () => state(context, p))).ok) return;
      await complete(context, p, step);
      await untilItRuns(context, p);
    },
  };
}
