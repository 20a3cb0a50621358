import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { claimObject } from '../../kubernetes/objects.ts';
import { readList } from '../../kubernetes/read.ts';
import { counted } from '../../text/plural.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepKind } from '../step.ts';

const parameters = z.object({
  node: z.string(),
  seed: z.string(),
  volumes: z
    .array(z.object({ namespace: z.string(), claim: z.string(), volume: z.string(), pod: z.string().exactOptional() }))
    .min(1),
});
type Parameters = z.output<typeof parameters>;

/** A claim that is bound to another volume, or is gone, does not hold its pod on this node any more. */
async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const answer = await readList(await context.look(p.seed), 'persistentvolumeclaims', { all: true }, claimObject);
  if (!answer.answered) return silent(p.seed, answer.said);
  const left = p.volumes.filter(({ namespace, claim, volume }) =>
    answer.value.some(
      ({ metadata, spec }) => metadata.namespace === namespace && metadata.name === claim && spec.volumeName === volume,
    ),
  );
  if (left.length > 0)
    return { ok: false, observed: `bound to ${p.node}: ${left.map(({ claim }) => claim).join(', ')}` };
  return { ok: true, observed: `no volume is bound to ${p.node}` };
}

export const localVolumes: StepKind<typeof parameters> = {
  kind: 'local-volumes',
  parameters,
  state,
  async act(context, p, step) {
    for (const { name } of step.commands) await runCommand(context, step, name, { run: { deadline: minutes(1) } });
    await context.until({
      for: `the volumes on ${p.node} to be released`,
      deadline: minutes(5),
      probe: () => state(context, p),
      causes: ['a pod still runs on the node and uses one of them'],
      next: [`sudo microk8s kubectl get pvc,pods -A on ${p.seed}`],
    });
  },
};

export function planLocalVolumes(p: Parameters): PlannedStep {
  return plannedStep(localVolumes, {
    node: p.node,
    group: `Take ${p.node} out`,
    title: `Release ${counted(p.volumes.length, 'volume')} on this node`,
    why: 'Each is one copy of several. Its instance gets a new volume on another node and fills it from the others.',
    risk: 'dangerous',
    deadline: minutes(8),
    parameters: p,
    commands: p.volumes.flatMap(({ namespace, claim, pod }) => [
      command(`claim ${claim}`, p.seed, kubectl.delete('persistentvolumeclaims', claim, { namespace })),
      ...(pod === undefined ? [] : [command(`pod ${pod}`, p.seed, kubectl.delete('pods', pod, { namespace }))]),
    ]),
  });
}
