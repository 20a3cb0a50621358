import * as z from 'zod';
import type { Answer } from '../../host/answer.ts';
import { HostFault } from '../../host/host-fault.ts';
import { clusterNode } from '../../kubernetes/nodes.ts';
import { nodeObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import type { LookContext, PlannedCommand, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { knownToSeed, ownMarks, refuseLossOfQuorum, seedTells, untilForgotten } from './membership.ts';

const role = z.enum(['manager', 'worker']);
const parameters = z.object({
  node: z.string(),
  /** Of the datastore's member, an IPv4 literal. */
  address: z.string(),
  seed: z.string(),
  role,
  alive: z.boolean(),
  /** Why it goes, and what it joins again as: then it is not removed a second time. */
  why: z.enum(['leaves', 'role', 'reinstalled']),
  becomes: role.exactOptional(),
});
type Parameters = z.output<typeof parameters>;

/** Asked of the seed; a node that joined again in its new role, or whose new machine is a member, has left as it should. */
async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const answer = await seedTells(context, p);
  if (!answer.answered) return silent(p.seed, answer.said);
  const known = answer.value;
  if (!known.node && !known.member) return { ok: true, observed: `${p.seed} no longer knows ${p.node}` };
  const again = await joinedAgain(context, p);
  if (!again.answered) return silent(p.seed, again.said);
  if (again.value) return { ok: true, observed: `${p.node} has joined again` };
  return {
    ok: false,
    observed: `${p.node} is in the cluster${known.member ? `, ${known.member.role} of the datastore` : ''}`,
  };
}

async function joinedAgain(context: LookContext, p: Parameters): Promise<Answer<boolean>> {
  if (p.why === 'leaves') return { answered: true, value: false };
  if (p.why === 'reinstalled') {
    const own = await ownMarks(context, p.node);
    return { answered: true, value: own.member || own.worker };
  }
  const found = await readObject(await context.look(p.seed), 'nodes', p.node, undefined, nodeObject);
  if (!found.answered) return found;
  return { answered: true, value: found.value !== undefined && clusterNode(found.value).role === p.becomes };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  refuseLossOfQuorum(p, await knownToSeed(context, p));
  if (p.alive) await leave(context, p, step);
  const before = await knownToSeed(context, p);
  if (before.node) await attempt(context, step, 'remove-node');
  // By its name MicroK8s may leave the member: the end state decides.
  if ((await knownToSeed(context, p)).member) await attempt(context, step, 'remove-member');
  const after = await knownToSeed(context, p);
  if (after.node || after.member) throw stillThere(p, after.node ? 'a Node' : 'a member of the datastore');
  if (p.role === 'manager') await untilForgotten(context, p);
}

async function leave(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const own = await ownMarks(context, p.node);
  if (!own.member && !own.worker) return;
  if (own.stopped) await attempt(context, step, 'start');
  await attempt(context, step, 'leave');
  const left = await ownMarks(context, p.node);
  if (!left.member && !left.worker) return;
  throw new StepFault({
    tried: `microk8s leave on ${p.node}`,
    seen: `${p.node} still considers itself a member`,
    causes: ['the node holds the only copy of the datastore', 'the other managers do not answer it on port 25000'],
    next: [`sudo microk8s leave on ${p.node} shows its output`],
  });
}

/** Its exit codes tell nothing: `remove-node --force` of an address ends with 1 also where it worked. */
async function attempt(context: StepContext, step: PlannedStep, name: string): Promise<void> {
  try {
    await runCommand(context, step, name, { run: { allow: [0, 1, 2, 3], deadline: minutes(5) } });
  } catch (error) {
    if (!(error instanceof HostFault && error.kind === 'deadline') && !(error instanceof StepFault)) throw error;
  }
}

const stillThere = (p: Parameters, what: string): StepFault =>
  new StepFault({
    tried: `remove ${p.node} from the cluster`,
    seen: `${p.seed} still has ${p.node} as ${what}`,
    next: [`sudo microk8s remove-node ${p.address} --force on ${p.seed} shows why`],
  });

export const nodeLeave: StepKind<typeof parameters> = { kind: 'node-leave', parameters, state, act };

const stopped = 'MicroK8s is stopped there';

function commands({ node, address, seed, role: now, alive }: Parameters): PlannedCommand[] {
  return [
    ...(alive
      ? [
          command('start', node, microk8s.start(), { when: stopped }),
          command('leave', node, microk8s.leave(), { note: 'it continues as an empty cluster of its own' }),
        ]
      : []),
    command('remove-node', seed, microk8s.removeNode(node, { force: true }), {
      when: 'the cluster still has its Node',
    }),
    ...(now === 'manager'
      ? [
          command('remove-member', seed, microk8s.removeNode(address, { force: true }), {
            when: 'it is still a member of the datastore: by its address',
          }),
        ]
      : []),
  ];
}

export function planNodeLeave(p: Parameters): PlannedStep {
  return plannedStep(nodeLeave, {
    node: p.node,
    group: `Take ${p.node} out`,
    title: p.alive ? 'Leave the cluster' : 'Remove the dead member',
    why: p.alive
      ? 'A member that leaves by itself takes its vote with it; one that only disappears keeps it.'
      : 'A dead member that votes still counts for the majority, and no machine may join with its address.',
    risk: 'dangerous',
    deadline: minutes(16),
    parameters: p,
    commands: commands(p),
    changes: ['microk8s', 'addresses', `microk8s@${p.seed}`],
  });
}
