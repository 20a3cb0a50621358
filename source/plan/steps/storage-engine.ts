import * as z from 'zod';
import { nodeState } from '../../host/node-state.ts';
import { helm } from '../../kubernetes/helm.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { namedObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { defined } from '../../text/defined.ts';
import { carryOut, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import { partsOf, untilWorkloadsReady, workloadsReady } from '../execution/workload-wait.ts';
import { digestOf, type PlannedChart } from '../release/charts.ts';
import { heal, healCommands, madeOf, releaseOn, releaseSeen } from '../release/release.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const leftover = z.object({ kind: z.string(), name: z.string() });
const parameters = z.object({
  seed: z.string(),
  label: z.string(),
  release: z.string(),
  namespace: z.string(),
  digest: z.string(),
  /** A cluster-wide object that an engine which runs makes and that a removal without its hooks leaves behind. */
  leftover: leftover.exactOptional(),
});
type Parameters = z.output<typeof parameters>;

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const seen = await releaseSeen(context, p.seed, p);
  if (!seen.answered) return silent(p.seed, seen.said);
  const release = seen.value;
  if (!release) return { ok: false, observed: `no release ${p.release}` };
  if (release.status !== 'deployed') return { ok: false, observed: `release ${p.release} is ${release.status}` };
  if (release.description !== madeOf(p.digest))
    return { ok: false, observed: `${p.release} is installed with other settings` };
  const parts = await workloadsReady(context, partsOf(p));
  return { ...parts, observed: `${p.label}: ${parts.observed}` };
}

/** Judged by what is there: a kill between the removal of a release and this leaves the object without the release. */
async function removeLeftover(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if (p.leftover === undefined || (await releaseOn(context, p.seed, p)) !== undefined) return;
  const { kind, name } = p.leftover;
  const found = await readObject(await context.look(p.seed), kind, name, undefined, namedObject);
  if (!found.answered || found.value !== undefined) await runCommand(context, step, 'remove-leftover');
}

export const storageEngine: StepKind<typeof parameters> = {
  kind: 'storage-engine',
  parameters,

  state,
  async act(context, p, step) {
    await heal(context, step, p.seed, p);
    await removeLeftover(context, p, step);
    await carryOut(context, step, {
      run: {
        deadline: minutes(12),
        causes: ['the node cannot reach the chart repository', 'a former release hangs'],
      },
    });
    await untilWorkloadsReady(context, partsOf(p), {
      for: `${p.label} to run`,
      deadline: minutes(10),
      causes: ['its images cannot be pulled'],
    });
  },
};

export interface EnginePlan {
  /** The step is called by it: `storage-engine/lvm`. */
  readonly name: string;
  readonly label: string;
  readonly why: string;
  readonly seed: string;
  readonly release: string;
  readonly namespace: string;
  readonly chart: PlannedChart;
  /** Text of its values file. */
  readonly values: string;
  readonly leftover?: z.output<typeof leftover>;
}

export function planStorageEngine(plan: EnginePlan): PlannedStep {
  const { name, label, seed, release, namespace, chart } = plan;
  const path = `${nodeState}/charts/${release}.values.yaml`;
  const digest = digestOf(plan.values, chart.digest);
  const p: Parameters = { seed, label, release, namespace, digest, ...defined({ leftover: plan.leftover }) };
  return plannedStep(storageEngine, {
    name,
    group: 'Storage',
    title: `Install ${label}`,
    why: plan.why,
    deadline: minutes(23),
    parameters: p,
    commands: [
      // A pre-delete hook may run in an image that its publisher has withdrawn: it would never end.
      ...healCommands(seed, p, { hooks: false }),
      ...(plan.leftover ? [removalOf(seed, plan.leftover)] : []),
      command(
        'upgrade',
        seed,
        helm.upgrade(p, chart.place, { values: path, description: madeOf(digest), minutes: 10 }),
      ),
    ],
    files: [...chart.files, { node: seed, path, content: plan.values, mode: 0o644 }],
  });
}

const removalOf = (seed: string, { kind, name }: z.output<typeof leftover>) =>
  command('remove-leftover', seed, kubectl.delete(kind, name), {
    when: 'an interrupted installation or its removal left it behind',
  });
