import { HostFault } from '../../host/host-fault.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { parseMicroK8sStatus, sayStatus } from '../../microk8s/status.ts';
import { kloudspot } from '../../text/command.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { minutes } from '../execution/define.ts';
import { madeNothing } from '../execution/gone.ts';
import type { PlannedStep, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { firstToken } from './join-token.ts';
import { type Joining, knownToSeed, ownMarks, refuseLossOfQuorum, untilForgotten } from './membership.ts';

export interface JoiningAs extends Joining {
  readonly role: 'manager' | 'worker';
}

/**
 * Brings node and seed back to where a join can begin, by what is there: an exit code says nothing here.
 * `leave` refuses a node whose join was cut off, and `remove-node NAME` leaves a member that has no Node: both end with 1.
 */
export async function cleanUp(context: StepContext, step: PlannedStep, p: JoiningAs): Promise<void> {
  const own = await ownMarks(context, p.node);
  if (own.joining) await tryCommand(context, step, 'unmark');
  if (own.member || own.worker) await tryCommand(context, step, 'leave');
  const before = await knownToSeed(context, p);
  if (before.node) await tryCommand(context, step, 'remove-node');
  const member = before.node ? (await knownToSeed(context, p)).member : before.member;
  if (member && p.role === 'manager') await tryCommand(context, step, 'remove-member');
  if (before.node || before.member) {
    const after = await knownToSeed(context, p);
    if (after.node || after.member) throw stillThere(p, after.node ? 'a Node' : 'a member of the datastore');
  }
  // Also where nothing is left: an undo, or a run that was killed in this wait, may just have removed the member.
  if (p.role === 'manager') await untilForgotten(context, p);
}

function stillThere(p: JoiningAs, what: string): StepFault {
  return new StepFault({
    tried: `remove what an earlier join of ${p.node} left behind`,
    seen: `${p.seed} still has ${p.node} as ${what}`,
    next: [`sudo microk8s remove-node ${p.address} --force on ${p.seed} shows why`],
  });
}

async function tryCommand(context: StepContext, step: PlannedStep, name: string): Promise<void> {
  try {
    await runCommand(context, step, name, { run: { allow: [0, 1, 2, 3], deadline: minutes(3) } });
  } catch (error) {
    if (!(error instanceof StepFault) && !(error instanceof HostFault && error.kind === 'deadline')) throw error;
  }
}

/**
 * Starts MicroK8s and looks until it runs: `start` ends with 0 although no node became Ready. One that does not come up is left behind
 * all the same, by its address; the end state says what is missing.
 */
async function start(context: StepContext, node: string): Promise<void> {
  await context.run(node, microk8s.start(), { sudo: true, deadline: minutes(5), allow: [0, 1] });
  try {
    await context.until({
      for: `MicroK8s to run on ${node}`,
      deadline: minutes(3),
      probe: async () => {
        const status = parseMicroK8sStatus(await look(context, node, microk8s.status(), minutes(2)));
        return { ok: status.state === 'running' || status.state === 'worker', observed: sayStatus(status) };
      },
    });
  } catch (error) {
    if (!(error instanceof StepFault) || context.signal.aborted) throw error;
    context.progress(`${error.seen}; continues with what ${node} can do`);
  }
}

/** `leave` refuses on a stopped member, and `remove-node` may end with 0 and leave the member: the end state decides. */
export async function undo(context: StepContext, p: JoiningAs): Promise<string> {
  if (context.recall(firstToken) === undefined) return madeNothing;
  const allow = [0, 1, 2, 3];
  const known = await knownToSeed(context, p);
  refuseLossOfQuorum(p, known);
  const own = await ownMarks(context, p.node);
  if (own.member || own.worker) {
    if (own.stopped) await start(context, p.node);
    await context.run(p.node, microk8s.leave(), { sudo: true, deadline: minutes(5), allow });
  }
  const remove = (name: string) =>
    context.run(p.seed, microk8s.removeNode(name, { force: true }), { sudo: true, deadline: minutes(2), allow });
  if ((await knownToSeed(context, p)).node) await remove(p.node);
  if ((await knownToSeed(context, p)).member) await remove(p.address);
  const [after, left] = await Promise.all([knownToSeed(context, p), ownMarks(context, p.node)]);
  if (after.node || after.member) throw stillThere(p, after.node ? 'a Node' : 'a member of the datastore');
  if (!left.member && !left.worker) return `${p.seed} no longer knows ${p.node}`;
  throw new StepFault({
    tried: `remove ${p.node} from the cluster`,
    seen: `${p.seed} no longer knows it, but ${p.node} still considers itself a member`,
    next: [`sudo microk8s start on ${p.node}, then: ${kloudspot('undo')}`],
  });
}
