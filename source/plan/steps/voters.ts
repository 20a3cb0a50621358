import * as z from 'zod';
import { microk8s } from '../../microk8s/microk8s.ts';
import { parseMicroK8sStatus, sayStatus } from '../../microk8s/status.ts';
import { look } from '../execution/carry-out.ts';
import { minutes, plannedStep } from '../execution/define.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const parameters = z.object({ seed: z.string(), voters: z.number().int() });
type Parameters = z.output<typeof parameters>;

async function state(context: StepContext, { seed, voters }: Parameters): Promise<StateCheck> {
  const status = parseMicroK8sStatus(await look(context, seed, microk8s.status(), minutes(2)));
  if (status.state !== 'running') return { ok: false, observed: sayStatus(status) };
  const count = status.members.filter(({ role }) => role === 'voter').length;
  return { ok: count >= voters, observed: `${count} of ${voters} members vote` };
}

export const voters: StepKind<typeof parameters> = {
  kind: 'voters',
  parameters,

  state,
  act: (context, p) =>
    context.until({
      for: `${p.voters} members of the datastore to vote`,
      deadline: minutes(4),
      every: 5_000,
      probe: async () => {
        const { ok, observed } = await state(context, p);
        return { ok, observed };
      },
      causes: ['port 19001 is closed between two managers', 'the clock of a manager is wrong'],
      next: [`sudo microk8s status on ${p.seed} lists the members`],
    }),
};

/** A manager that joined begins as a spare; the datastore makes voters of three of them by itself, every 30 s at most. */
export function planVoters(p: Parameters): PlannedStep {
  return plannedStep(voters, {
    group: 'Join managers',
    title: `${p.voters} members of the datastore vote`,
    why: 'Until then the loss of one manager may stop the cluster, whatever MicroK8s calls it.',
    risk: 'none',
    deadline: minutes(6),
    parameters: p,
  });
}
