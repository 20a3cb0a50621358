import * as z from 'zod';
import type { ReleaseStatus } from '../../kubernetes/helm.ts';
import { kloudspot } from '../../text/command.ts';
import { minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import { partsOf, untilWorkloadsReady, type WorkloadsWanted, workloadsReady } from '../execution/workload-wait.ts';
import { madeOf, releaseOn, releaseSeen, rollBackCommands, rolledBack } from '../release/release.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';

const parameters = z.object({
  seed: z.string(),
  release: z.string(),
  namespace: z.string(),
  digest: z.string(),
  /** When it does not become ready, the revision before is put in force again. */
  rollBack: z.boolean(),
  /** The revision that was in force as the plan was made: what this run did not change it does not put back. */
  before: z.number().exactOptional(),
  /** Of an update: the workloads that were not ready as the plan was made. What waits for a lost node does not fail it. */
  notReady: z.array(z.string()).exactOptional(),
});
type Parameters = z.output<typeof parameters>;

/** The revision in force where it is the wanted one. */
const inForce = (release: ReleaseStatus | undefined, { digest }: Parameters): number | undefined =>
  release?.status === 'deployed' && release.description === madeOf(digest) ? release.revision : undefined;

const wanted = (p: Parameters): WorkloadsWanted => ({ ...partsOf(p), notReady: p.notReady });

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const release = await releaseSeen(context, p.seed, p);
  if (!release.answered) return silent(p.seed, release.said);
  if (inForce(release.value, p) === undefined) return { ok: false, observed: 'another revision is deployed' };
  return workloadsReady(context, wanted(p));
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const revision = inForce(await releaseOn(context, p.seed, p), p);
  if (revision === undefined) {
    throw new StepFault({
      tried: 'watch the new revision become ready',
      seen: 'another revision is deployed: it was rolled back, or changed by hand',
      next: [`${kloudspot('update')}  applies the values again`],
    });
  }
  const goesBack = p.rollBack && revision !== p.before;
  try {
    await untilWorkloadsReady(context, wanted(p), {
      for: 'every part of the product to be ready',
      deadline: minutes(15),
      // What was in force before waits to be put back.
      endsEarly: goesBack,
      causes: ['an image cannot be pulled', 'a volume cannot be made', 'too few nodes for one instance each'],
    });
  } catch (error) {
    if (!(error instanceof StepFault) || !goesBack || context.signal.aborted) throw error;
    throw await rolledBack(context, step, p.seed, p, error);
  }
}

export const rollout: StepKind<typeof parameters> = { kind: 'rollout', parameters, state, act };

export function planRollout(p: Parameters): PlannedStep {
  return plannedStep(rollout, {
    group: 'Rollout',
    title: 'Every part of the product becomes ready',
    why: 'Installed is not running: each part is watched until it is ready.',
    risk: 'none',
    deadline: minutes(24),
    parameters: p,
    commands: p.rollBack ? rollBackCommands(p.seed, p) : [],
  });
}
