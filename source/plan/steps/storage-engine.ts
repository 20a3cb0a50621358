import * as z from 'zod';
import { nodeState } from '../../host/node-state.ts';
import { helm } from '../../kubernetes/helm.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { ofRelease } from '../../kubernetes/workloads.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { untilWorkloadsReady, type WorkloadsWanted, workloadsReady } from '../execution/workload-wait.ts';
import { digestOf, type PlannedChart } from '../release/charts.ts';
import { heal, healCommands, madeOf, releaseOn } from '../release/release.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const parameters = z.object({
  engine: z.enum(['lvm', 'cstor']),
  seed: z.string(),
  release: z.string(),
  namespace: z.string(),
  digest: z.string(),
});
type Parameters = z.output<typeof parameters>;

/** Left behind without the hook, it refuses every later change of pools and claims. */
const cstorWebhook = 'openebs-cstor-validation-webhook';

const labels = { lvm: 'OpenEBS LVM LocalPV', cstor: 'OpenEBS cStor' } as const;

const wanted = (p: Parameters): WorkloadsWanted => ({
  through: p.seed,
  namespace: p.namespace,
  pick: (workloads) => ofRelease(workloads, p.release),
  atLeast: 1,
});

async function state(context: StepContext, p: Parameters): Promise<StateCheck> {
  const release = await releaseOn(context, p.seed, p);
  if (!release) return { ok: false, observed: `no release ${p.release}` };
  if (release.status !== 'deployed') return { ok: false, observed: `release ${p.release} is ${release.status}` };
  if (release.description !== madeOf(p.digest))
    return { ok: false, observed: `${p.release} is installed with other settings` };
  const { ok, observed } = await workloadsReady(context, wanted(p));
  return { ok, observed: `${labels[p.engine]}: ${observed}` };
}

export const storageEngine: StepKind<typeof parameters> = {
  kind: 'storage-engine',
  parameters,

  state,
  async act(context, p, step) {
    await heal(context, step, p.seed, p);
    await carryOut(context, step, {
      run: {
        deadline: minutes(12),
        causes: ['no way to the chart repository from the node', 'a former release hangs'],
      },
    });
    await untilWorkloadsReady(context, wanted(p), {
      for: `${labels[p.engine]} to run`,
      deadline: minutes(10),
      causes: ['its images cannot be pulled'],
    });
  },
};

export interface EnginePlan {
  readonly engine: Parameters['engine'];
  readonly seed: string;
  readonly release: string;
  readonly namespace: string;
  readonly chart: PlannedChart;
  /** Text of its values file. */
  readonly values: string;
}

export function planStorageEngine(plan: EnginePlan): PlannedStep {
  const { engine, seed, release, namespace, chart } = plan;
  const path = `${nodeState}/charts/${release}.values.yaml`;
  const p: Parameters = { engine, seed, release, namespace, digest: digestOf(plan.values, chart.digest) };
  return plannedStep(storageEngine, {
    name: engine,
    group: 'Storage',
    title: `Install ${labels[engine]}`,
    why:
      engine === 'lvm'
        ? 'Gives each instance of a database a logical volume on its own node.'
        : 'Keeps a copy of every shared volume on each pool, so that its user can move to another node.',
    deadline: minutes(23),
    parameters: p,
    commands: [
      // The pre-delete hook of the cStor chart runs a shell in an image that its publisher has withdrawn: it would never end.
      ...healCommands(seed, p, { hooks: false }),
      ...(engine === 'cstor'
        ? [
            command('remove-webhook', seed, kubectl.delete('validatingwebhookconfigurations', cstorWebhook), {
              when: 'its first installation was interrupted; the hook would have removed it',
            }),
          ]
        : []),
      command(
        'upgrade',
        seed,
        helm.upgrade(p, chart.place, { values: path, description: madeOf(p.digest), minutes: 10 }),
      ),
    ],
    files: [...chart.files, { node: seed, path, content: plan.values, mode: 0o644 }],
  });
}
