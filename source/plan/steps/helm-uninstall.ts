import * as z from 'zod';
import { helm } from '../../kubernetes/helm.ts';
import { type ClaimObject, claimObject, podObject, workloadObject } from '../../kubernetes/objects.ts';
import { readList } from '../../kubernetes/read.ts';
import { belongsTo, ofRelease, workloadKinds } from '../../kubernetes/workloads.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import { releaseOn, releaseSeen } from '../release/release.ts';
import type { LookContext, PlannedStep, StateCheck, StepKind } from '../step.ts';

const parameters = z.object({ seed: z.string(), release: z.string(), namespace: z.string() });
type Parameters = z.output<typeof parameters>;

/** Nothing of the release may run; what stays is counted, so that the operator sees it. */
async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const seen = await releaseSeen(context, p.seed, p);
  if (!seen.answered) return silent(p.seed, seen.said);
  const release = seen.value;
  if (release)
    return { ok: false, observed: `release ${p.release}, revision ${release.revision}, is ${release.status}` };
  const host = await context.look(p.seed);
  const [workloads, pods, claims] = await Promise.all([
    readList(host, workloadKinds, p, workloadObject),
    readList(host, 'pods', { namespace: p.namespace, selector: `app.kubernetes.io/instance=${p.release}` }, podObject),
    readList(host, 'persistentvolumeclaims', p, claimObject),
  ]);
  if (!workloads.answered) return silent(p.seed, workloads.said);
  if (!pods.answered) return silent(p.seed, pods.said);
  if (!claims.answered) return silent(p.seed, claims.said);
  const left = ofRelease(workloads.value, p.release).length + pods.value.length;
  if (left > 0) return { ok: false, observed: `${left} of its parts still exist` };
  const ours = (claim: ClaimObject) => p.namespace !== 'default' || belongsTo(p.release, claim);
  const volumes = claims.value.filter(ours).length;
  return {
    ok: true,
    observed: volumes === 0 ? 'nothing of it is running' : `nothing of it is running; ${volumes} volumes stay`,
  };
}

export const helmUninstall: StepKind<typeof parameters> = {
  kind: 'helm-uninstall',
  parameters,

  state,
  async act(context, p, step) {
    if (await releaseOn(context, p.seed, p)) await carryOut(context, step, { run: { deadline: minutes(7) } });
    await context.until({
      for: 'the last parts of the product to end',
      deadline: minutes(3),
      probe: () => state(context, p),
      causes: ['a node that does not answer still counts its pods'],
      next: [`sudo microk8s kubectl get pods -n ${p.namespace} on ${p.seed}`],
    });
  },
};

export function planHelmUninstall(p: Parameters): PlannedStep {
  return plannedStep(helmUninstall, {
    group: 'Stop the product',
    title: `Uninstall release ${p.release}`,
    why: 'The product is uninstalled. Its volumes, the virtual address and the cluster stay.',
    risk: 'dangerous',
    deadline: minutes(11),
    parameters: p,
    commands: [command('uninstall', p.seed, helm.uninstall(p, 5))],
  });
}
