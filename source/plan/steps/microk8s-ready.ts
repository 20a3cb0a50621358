import { microk8s, microk8sFiles } from '../../microk8s/microk8s.ts';
import { parseMicroK8sStatus, sayStatus } from '../../microk8s/status.ts';
import { look, readText, runCommand } from '../execution/carry-out.ts';
import { minutes, seconds } from '../execution/define.ts';
import type { LookContext, PlannedStep, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';

/** The launch configuration enables dns after the installation has ended; a join before that races with it. */
export function untilLaunched(context: StepContext, node: string): Promise<void> {
  return context.until({
    for: 'its launch configuration to be applied',
    deadline: minutes(6),
    probe: async () => {
      const [applied, pending] = await Promise.all(
        [microk8sFiles.launched, microk8sFiles.launching].map(
          async (path) => (await readText(context, node, path)) !== undefined,
        ),
      );
      // One that was installed by hand, long ago, may have had none.
      const ok = applied || (!pending && context.recall('installed') !== 'yes');
      return { ok, observed: ok ? 'applied' : 'not applied yet' };
    },
    causes: ['the datastore is slow to start: a slow or busy disk', 'MicroK8s does not find a default route'],
    next: [`sudo microk8s inspect on ${node}`],
  });
}

/** Until `wait-ready` of the step says so; ends early where the machine has too little memory. */
export function untilReady(context: StepContext, step: PlannedStep): Promise<void> {
  return context.until({
    for: 'MicroK8s to be ready',
    deadline: minutes(8),
    every: 1_000,
    probe: async () => {
      // 1 is "not ready in these 60 s"; MicroK8s looks at its clock only between polls, a sick datastore makes it late.
      const result = await runCommand(context, step, 'wait-ready', { run: { deadline: seconds(180), allow: [0, 1] } });
      const status = parseMicroK8sStatus(result);
      const ready = status.state === 'running' || status.state === 'worker';
      return { ok: ready, observed: sayStatus(status), hopeless: status.state === 'low-memory' };
    },
    causes: ['pods of the network (Calico) do not start: the image registry cannot be reached', 'a slow or busy disk'],
    next: [`sudo microk8s inspect on ${step.node ?? ''}`],
  });
}

/** The node the cluster began on keeps the mark of a member when all others have left: it may go when the datastore is its own alone. */
export async function refuseWhileOthersRest(context: LookContext, node: string): Promise<void> {
  if ((await readText(context, node, microk8sFiles.member)) === undefined) return;
  const status = parseMicroK8sStatus(await look(context, node, microk8s.status(), minutes(2)));
  if (status.state === 'running' && status.members.length <= 1) return;
  throw new StepFault({
    tried: `remove MicroK8s from ${node}`,
    seen: status.state === 'running' ? `it is one of ${status.members.length} members of a cluster` : sayStatus(status),
    causes: ['another node has not left the cluster yet'],
    next: [`sudo microk8s status on ${node} lists the members`],
  });
}
