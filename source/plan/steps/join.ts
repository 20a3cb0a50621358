import * as z from 'zod';
import { HostFault } from '../../host/host-fault.ts';
import { agentPort, apiPort, microk8s, microk8sFiles, parseJoinToken } from '../../microk8s/microk8s.ts';
import { kloudspot } from '../../text/command.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { closedPorts } from '../execution/tcp-probe.ts';
import type { PlannedCommand, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { joinRuns, knownToSeed, ownMarks, refuseLossOfQuorum, untilForgotten } from './membership.ts';

const parameters = z.object({
  node: z.string(),
  role: z.enum(['manager', 'worker']),
  /** Address of the node in the cluster's network, an IPv4 literal. */
  address: z.string(),
  seed: z.string(),
  seedAddress: z.string(),
});
type Parameters = z.output<typeof parameters>;

const failed = 'an attempt failed or was cut off';
const attempts = 2;
/** s that a token stays valid: longer than one attempt. It is removed as soon as the attempt has ended. */
const tokenSeconds = 600;

/** Removes a token, read from standard input so that no argument holds it, from the agent's list. */
const forgetToken = {
  name: 'forget-token',
  text: `read -r token && [ -n "$token" ] || exit 0
list=${microk8sFiles.tokens}
[ -e "$list" ] && grep -qF -- "$token" "$list" || exit 0
umask 077
grep -vF -- "$token" "$list" >"$list.new"
chmod --reference="$list" "$list.new" && chown --reference="$list" "$list.new" && mv -f "$list.new" "$list"
`,
} as const;

function commands({ node, role, address, seed, seedAddress }: Parameters): PlannedCommand[] {
  const manager = role === 'manager';
  return [
    command('add-node', seed, microk8s.addNode(tokenSeconds), {
      note: 'a token for this join; it is never shown or kept',
    }),
    command('join', node, microk8s.join(seedAddress, '<token>', role)),
    command('forget-token', seed, forgetToken, { stdin: '<token>\n', note: 'the token is not valid any longer' }),
    command('unmark', node, ['rm', '-f', microk8sFiles.joining], { when: failed }),
    command('leave', node, microk8s.leave(), { when: failed, note: 'back to a cluster of its own' }),
    command('remove-node', seed, microk8s.removeNode(node, { force: true }), { when: failed }),
    ...(manager
      ? [
          command('remove-member', seed, microk8s.removeNode(address, { force: true }), {
            when: `${failed}: by address, as a member may have no Node`,
          }),
        ]
      : []),
  ];
}

/** Asked of the seed, never of the node that joined: `join` prints success and ends with 0 without a member too. */
async function state(context: StepContext, p: Parameters): Promise<StateCheck> {
  const known = await knownToSeed(context, p).catch(asObserved);
  if ('observed' in known) return known;
  if (!known.node) return { ok: false, observed: `${p.seed} does not know ${p.node}` };
  if (!known.node.ready) return { ok: false, observed: `${p.seed} reports ${p.node} as not ready` };
  if (p.role === 'worker') return { ok: true, observed: `${p.seed} reports ${p.node} as ready` };
  if (!known.member) return { ok: false, observed: `${p.node} is ready, but not a member of the datastore` };
  const { joining } = await ownMarks(context, p.node);
  if (joining) return { ok: false, observed: `${p.node} is a member, but its join has not ended` };
  return { ok: true, observed: `${p.node} is ready, ${known.member.role} of the datastore` };
}

function asObserved(error: unknown): StateCheck {
  if (error instanceof StepFault) return { ok: false, observed: error.seen };
  throw error;
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if (await earlierJoinSettles(context, p)) return;
  await cleanUp(context, step, p);
  await untilPortsOpen(context, p);
  for (let attempt = 1; ; attempt++) {
    try {
      await join(context, step);
      return await untilMember(context, p, minutes(5));
    } catch (error) {
      if (!(error instanceof StepFault)) throw error;
      // A failure is looked at too: a join that was hung up may have completed.
      if (await earlierJoinSettles(context, p)) return;
      if (attempt === attempts || context.signal.aborted) throw error;
      context.progress(`${error.seen}; cleans up and tries once more with a new token`);
      await cleanUp(context, step, p);
    }
  }
}

/** Waits for a join that still runs on the node or has just ended; whether it made the node a member. */
async function earlierJoinSettles(context: StepContext, p: Parameters): Promise<boolean> {
  await context.until({
    for: `an earlier join on ${p.node} to end`,
    deadline: minutes(6),
    probe: async () => {
      const runs = await joinRuns(context, p.node);
      return { ok: !runs, observed: runs ? 'it still runs' : 'none runs' };
    },
    next: [`pgrep -af 'microk8s join' on ${p.node}`],
  });
  const [known, own] = await Promise.all([knownToSeed(context, p), ownMarks(context, p.node)]);
  const member = own.member || own.worker;
  if (member && !known.node && !known.member && !own.joining) throw elsewhere(p);
  if (!member || own.joining || !(known.node || known.member)) return false;
  try {
    await untilMember(context, p, minutes(2));
    return true;
  } catch (error) {
    if (error instanceof StepFault && !context.signal.aborted) return false;
    throw error;
  }
}

/** Joined to another cluster it would leave that one broken, and itself too. */
function elsewhere(p: Parameters): StepFault {
  return new StepFault({
    tried: `join ${p.node} to the cluster of ${p.seed}`,
    seen: `${p.node} belongs to a cluster that ${p.seed} does not know`,
    next: [
      `If that cluster is not needed any more: sudo microk8s leave on ${p.node}, then: ${kloudspot('resume')}`,
      `Otherwise remove ${p.node} from site.yaml`,
    ],
  });
}

/** A firewall that drops packets would keep `join` waiting for minutes, and the token with it. */
function untilPortsOpen(context: StepContext, p: Parameters): Promise<void> {
  return context.until({
    for: `ports ${agentPort} and ${apiPort} of ${p.seed} to be open for ${p.node}`,
    deadline: minutes(1.5),
    probe: async () => {
      const closed = await closedPorts(context, p.node, p.seedAddress, [agentPort, apiPort]);
      return { ok: closed.length === 0, observed: closed.length === 0 ? 'open' : `closed: ${closed.join(', ')}` };
    },
    causes: ['a firewall on either node (ufw)', 'the two are not in one network'],
    next: [`On ${p.seed}: sudo ufw allow from ${p.address}`, `On ${p.node}: sudo ufw allow from ${p.seedAddress}`],
  });
}

async function join(context: StepContext, step: PlannedStep): Promise<void> {
  const minted = await runCommand(context, step, 'add-node', { run: { secretOutput: true, deadline: minutes(2) } });
  const token = parseJoinToken(minted.stdout);
  if (token === undefined)
    throw new StepFault({ tried: 'get a token for the join', seen: 'none was printed', next: [] });
  context.conceal(token);
  const [listed = token] = token.split('/');
  context.conceal(listed);
  try {
    await runCommand(context, step, 'join', {
      fill: { '<token>': token },
      run: {
        secretArguments: true,
        deadline: minutes(5),
        causes: ['the two clocks differ', 'port 19001 is closed between managers', 'the versions of MicroK8s differ'],
        next: [`journalctl -u snap.microk8s.daemon-k8s-dqlite on ${step.node ?? ''}`],
      },
    });
  } finally {
    await runCommand(context, step, 'forget-token', { fill: { '<token>': listed }, run: { deadline: minutes(1) } });
  }
}

function untilMember(context: StepContext, p: Parameters, deadline: number): Promise<void> {
  return context.until({
    for: `${p.seed} to report ${p.node} as ready${p.role === 'manager' ? ' and a member of the datastore' : ''}`,
    deadline,
    every: 3_000,
    probe: () => state(context, p),
    causes: [
      'the datastore did not form: port 19001, clocks, or a former entry of this node',
      'its pod network does not start',
    ],
    next: [
      `journalctl -u snap.microk8s.daemon-k8s-dqlite on ${p.node}`,
      `${kloudspot('undo')}  removes the node again`,
    ],
  });
}

/**
 * Brings node and seed back to where a join can begin, by what is there: an exit code tells nothing here.
 * `leave` refuses a node whose join was cut off, and `remove-node NAME` leaves a member that has no Node: both end with 1.
 */
async function cleanUp(context: StepContext, step: PlannedStep, p: Parameters): Promise<void> {
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

function stillThere(p: Parameters, what: string): StepFault {
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

/** `leave` refuses on a stopped member, and `remove-node` may end with 0 and leave the member: the end state decides. */
async function undo(context: StepContext, p: Parameters): Promise<void> {
  const allow = [0, 1, 2, 3];
  const known = await knownToSeed(context, p);
  refuseLossOfQuorum(p, known);
  const own = await ownMarks(context, p.node);
  if (own.member || own.worker) {
    if (own.stopped) await context.run(p.node, microk8s.start(), { sudo: true, deadline: minutes(5), allow });
    await context.run(p.node, microk8s.leave(), { sudo: true, deadline: minutes(5), allow });
  }
  const remove = (name: string) =>
    context.run(p.seed, microk8s.removeNode(name, { force: true }), { sudo: true, deadline: minutes(2), allow });
  if ((await knownToSeed(context, p)).node) await remove(p.node);
  if ((await knownToSeed(context, p)).member) await remove(p.address);
  const [after, left] = await Promise.all([knownToSeed(context, p), ownMarks(context, p.node)]);
  if (after.node || after.member) throw stillThere(p, after.node ? 'a Node' : 'a member of the datastore');
  if (!left.member && !left.worker) return;
  throw new StepFault({
    tried: `remove ${p.node} from the cluster`,
    seen: `${p.seed} does not know it any more, but ${p.node} still takes itself for a member`,
    next: [`sudo microk8s start on ${p.node}, then: ${kloudspot('undo')}`],
  });
}

const shared = { parameters, state, act, undo };
export const joinManager: StepKind<typeof parameters> = { kind: 'join-manager', ...shared };
export const joinWorker: StepKind<typeof parameters> = { kind: 'join-worker', ...shared };

export function planJoin(p: Parameters): PlannedStep {
  const manager = p.role === 'manager';
  return plannedStep(manager ? joinManager : joinWorker, {
    node: p.node,
    group: manager ? 'Join managers' : 'Join workers',
    title: `Join ${p.node} as a ${p.role}`,
    why: manager
      ? 'Three managers keep the cluster alive when one of them is lost. One joins at a time.'
      : 'Workers carry load and hold no part of the datastore.',
    risk: manager ? 'dangerous' : 'low',
    deadline: minutes(35),
    parameters: p,
    commands: commands(p),
    changes: ['microk8s', `microk8s@${p.seed}`, 'addresses', `addresses@${p.seed}`],
  });
}
