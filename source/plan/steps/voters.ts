import * as z from 'zod';
import { microk8s, microk8sFiles } from '../../microk8s/microk8s.ts';
import { parseMicroK8sStatus, sayStatus } from '../../microk8s/status.ts';
import { listed } from '../../text/listed.ts';
import { look } from '../execution/carry-out.ts';
import { minutes, plannedStep } from '../execution/define.ts';
import type { LookContext, PlannedStep, StateCheck, StepKind } from '../step.ts';

const parameters = z.object({ seed: z.string(), voters: z.number().int() });
type Parameters = z.output<typeof parameters>;

async function state(context: LookContext, { seed, voters }: Parameters): Promise<StateCheck> {
  const status = parseMicroK8sStatus(await look(context, seed, microk8s.status(), minutes(2)));
  if (status.state !== 'running') return { ok: false, observed: sayStatus(status) };
  const count = status.members.filter(({ role }) => role === 'voter').length;
  const observed = `${count} of ${voters} members vote`;
  if (count < voters) return { ok: false, observed };
  const list = await (await context.look(seed)).readFile(microk8sFiles.members);
  const unknown = status.members.filter(({ address }) => list?.includes(`${address}:`) === false);
  if (unknown.length === 0) return { ok: true, observed };
  const names = listed(unknown.map(({ address }) => address));
  return { ok: false, observed: `${observed}, but the datastore of ${seed} has not written down ${names} yet` };
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
      probe: () => state(context, p),
      causes: ['port 19001 is closed between two managers', 'the clock of a manager is wrong'],
      next: [`sudo microk8s status on ${p.seed} lists the members`],
    }),
};

/**
 * They also have to know each other: a first manager that is stopped before its datastore has written down who joined, up to 30 s later,
 * hands its vote over and finds no other member when it starts again (seen on real dqlite). A run does not end before.
 *
 * A manager that joined begins as a spare; the datastore makes voters of three of them by itself, every 30 s at most.
 */
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
