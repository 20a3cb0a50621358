import * as z from 'zod';
import { helm } from '../../kubernetes/helm.ts';
import type { PlannedChart } from '../release/charts.ts';
import { heal, healCommands, madeOf, releaseOn, rollBackCommands, rolledBack } from '../release/release.ts';
import type { Looked, PlannedStep, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { carryOut } from '../work/carry-out.ts';
import { command, minutes, plannedStep } from '../work/define.ts';
import { valuesPath } from './written-files.ts';

const parameters = z.object({
  seed: z.string(),
  release: z.string(),
  namespace: z.string(),
  /** Changes with the values and with the chart that is asked for. */
  digest: z.string(),
  /** Take the newest chart that is allowed, even where the same was asked for before. */
  newest: z.boolean(),
  /** When Helm refuses the change half way, the revision before is put in force again. */
  rollBack: z.boolean(),
});
type Parameters = z.output<typeof parameters>;

async function verify(context: StepContext, p: Parameters): Promise<Looked> {
  const release = await releaseOn(context, p.seed, p);
  if (!release) return { holds: false, seen: `no release ${p.release}` };
  const revision = `revision ${release.revision}`;
  if (release.status !== 'deployed') return { holds: false, seen: `${revision} is ${release.status}` };
  const same = release.description === madeOf(p.digest);
  return {
    holds: same,
    seen: same ? `${revision} is deployed` : `${revision} was made of other values or another chart`,
  };
}

async function done(context: StepContext, p: Parameters): Promise<Looked> {
  const looked = await verify(context, p);
  const fetch = p.newest && context.recall('fetched') !== 'yes';
  return fetch && looked.holds ? { holds: false, seen: `${looked.seen}; the newest chart is asked for` } : looked;
}

export const helmInstall: StepKind<typeof parameters> = {
  kind: 'helm-install',
  parameters,
  done,
  verify,
  async act(context, p, step) {
    await heal(context, step, p.seed, p);
    try {
      await carryOut(context, step, { run: { deadline: minutes(14), ...advice(p) } });
    } catch (error) {
      if (!(error instanceof StepFault) || !p.rollBack || context.signal.aborted) throw error;
      // Refused before it began, for its values or its chart: the revision before was never out of force.
      if ((await releaseOn(context, p.seed, p))?.status === 'deployed') throw error;
      throw await rolledBack(context, step, p.seed, p, error);
    }
    context.remember('fetched', 'yes');
  },
};

const advice = (p: Parameters) => ({
  causes: [
    'the chart refuses the values',
    'the size or class of a volume that exists was changed, which Kubernetes forbids',
    'no way to the chart from the node',
    'a hook of the chart does not end',
  ],
  next: [`sudo microk8s helm3 status ${p.release} -n ${p.namespace} on ${p.seed}`],
});

export function planHelmInstall(
  p: Parameters,
  chart: PlannedChart,
  needs: readonly string[],
  purpose: 'install' | 'update',
): PlannedStep {
  return plannedStep(helmInstall, {
    group: purpose === 'install' ? 'Install the product' : 'Update the product',
    title: purpose === 'install' ? `Install release ${p.release}` : `Update release ${p.release}`,
    why: 'Helm keeps every revision, so that one can go back.',
    needs,
    deadline: minutes(25),
    parameters: p,
    commands: [
      ...healCommands(p.seed, p),
      ...(p.rollBack ? rollBackCommands(p.seed, p) : []),
      command(p.seed, helm.upgrade(p, chart.place, { values: valuesPath, description: madeOf(p.digest), minutes: 10 })),
    ],
  });
}
