import * as z from 'zod';
import { HostFault } from '../../host/host-fault.ts';
import { clusterNode } from '../../kubernetes/nodes.ts';
import { nodeObject } from '../../kubernetes/objects.ts';
import { readList } from '../../kubernetes/read.ts';
import { agentPort, apiPort, microk8s, microk8sFiles, parseJoinToken } from '../../microk8s/microk8s.ts';
import { parseMicroK8sStatus } from '../../microk8s/status.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { closedPorts } from '../execution/tcp-probe.ts';
import type { PlannedCommand, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';

const parameters = z.object({
  node: z.string(),
  role: z.enum(['manager', 'worker']),
  /** Address of the node in the cluster's network, an IPv4 literal. */
  address: z.string(),
  seed: z.string(),
  seedAddress: z.string(),
});
type Parameters = z.output<typeof parameters>;

const failed = 'the join fails';
/** A token is burnt by every attempt, a failed one too. */
const attempts = 2;

function commands({ node, role, seed, seedAddress }: Parameters): PlannedCommand[] {
  return [
    command('add-node', seed, microk8s.addNode(), { note: 'a token for this one join; it is never shown or kept' }),
    command('join', node, microk8s.join(seedAddress, '<token>', role)),
    command('unmark', node, ['rm', '-f', microk8sFiles.joining], { when: failed }),
    command('leave', node, microk8s.leave(), { when: failed, note: 'back to a node of its own' }),
    command('remove-node', seed, microk8s.removeNode(node, { force: true }), { when: failed }),
  ];
}

/** Asked of the seed, never of the node that joined: `join` prints success and ends with 0 without a member too. */
async function state(context: StepContext, p: Parameters): Promise<StateCheck> {
  const nodes = await readList(await context.look(p.seed), 'nodes', {}, nodeObject, { signal: context.signal });
  if (!nodes.answered) return { ok: false, observed: `${p.seed} says: ${nodes.said}` };
  const found = nodes.value.map(clusterNode).find(({ name }) => name === p.node);
  if (!found) return { ok: false, observed: `${p.seed} does not know ${p.node}` };
  if (!found.ready) return { ok: false, observed: `${p.seed} calls ${p.node} not ready` };
  if (p.role === 'worker') return { ok: true, observed: `${p.seed} calls ${p.node} ready` };
  const status = parseMicroK8sStatus(await look(context, p.seed, microk8s.status(), minutes(2)));
  const member = status.state === 'running' && status.members.find(({ address }) => address === p.address);
  if (!member) return { ok: false, observed: `${p.node} is ready, but not a member of the datastore` };
  return { ok: true, observed: `${p.node} is ready, ${member.role} of the datastore` };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const standing = await standingOf(context, p);
  if (standing === 'elsewhere') throw elsewhere(p);
  if (standing === 'joining' && (await settles(context, p))) return;
  if (standing !== 'free') await cleanUp(context, step);
  await untilPortsOpen(context, p);
  for (let attempt = 1; ; attempt++) {
    try {
      await join(context, step);
      return await untilMember(context, p, minutes(5));
    } catch (error) {
      if (!(error instanceof StepFault)) throw error;
      if (attempt === attempts || context.signal.aborted) throw error;
      context.progress(`${error.seen}; cleans up and tries once more with a new token`);
      await cleanUp(context, step);
    }
  }
}

/**
 * What is known of the node before the join. `joining`: it and the seed know of each other, a join was interrupted or is young;
 * `leftover`: only one of the two does; `elsewhere`: it belongs to another cluster.
 */
async function standingOf(context: StepContext, p: Parameters): Promise<'free' | 'joining' | 'leftover' | 'elsewhere'> {
  const host = await context.look(p.node);
  const [member, worker, joining] = await Promise.all(
    [microk8sFiles.member, microk8sFiles.worker, microk8sFiles.joining].map(async (path) => {
      return (await host.readFile(path)) !== undefined;
    }),
  );
  const known = await knownToSeed(context, p);
  if (member || worker) return known ? 'joining' : joining ? 'leftover' : 'elsewhere';
  return known || joining ? 'leftover' : 'free';
}

async function knownToSeed(context: StepContext, p: Parameters): Promise<boolean> {
  const seed = await context.look(p.seed);
  const nodes = await readList(seed, 'nodes', {}, nodeObject, { signal: context.signal });
  if (nodes.answered && nodes.value.some(({ metadata }) => metadata.name === p.node)) return true;
  const status = parseMicroK8sStatus(await look(context, p.seed, microk8s.status(), minutes(2)));
  return status.state === 'running' && status.members.some(({ address }) => address === p.address);
}

async function settles(context: StepContext, p: Parameters): Promise<boolean> {
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
      `If that cluster is of no use any more: sudo microk8s leave on ${p.node}, then: kloudspot resume`,
      `Else take ${p.node} out of site.yaml`,
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
  await runCommand(context, step, 'join', {
    fill: { '<token>': token },
    run: {
      secretArguments: true,
      deadline: minutes(5),
      causes: ['the two clocks differ', 'port 19001 is closed between managers', 'the versions of MicroK8s differ'],
      next: [`journalctl -u snap.microk8s.daemon-k8s-dqlite on ${step.node ?? ''}`],
    },
  });
}

function untilMember(context: StepContext, p: Parameters, deadline: number): Promise<void> {
  return context.until({
    for: `${p.seed} to call ${p.node} ready${p.role === 'manager' ? ' and a member of the datastore' : ''}`,
    deadline,
    every: 3_000,
    probe: async () => {
      const { ok, observed } = await state(context, p);
      return { ok, observed };
    },
    causes: [
      'the datastore did not form: port 19001, clocks, or a former entry of this node',
      'its pod network does not start',
    ],
    next: [`journalctl -u snap.microk8s.daemon-k8s-dqlite on ${p.node}`, 'kloudspot undo takes the join back'],
  });
}

/** Each may have nothing to do; what counts is that the next attempt begins clean. */
async function cleanUp(context: StepContext, step: PlannedStep): Promise<void> {
  for (const name of ['unmark', 'leave', 'remove-node']) {
    try {
      await runCommand(context, step, name, { run: { allow: [0, 1, 2, 3], deadline: minutes(3) } });
    } catch (error) {
      if (!(error instanceof StepFault) && !(error instanceof HostFault && error.kind === 'deadline')) throw error;
    }
  }
}

async function undo(context: StepContext, p: Parameters): Promise<void> {
  await context.run(p.node, microk8s.leave(), { sudo: true, deadline: minutes(5), allow: [0, 1] });
  await context.run(p.seed, microk8s.removeNode(p.node), { sudo: true, deadline: minutes(2), allow: [0, 1] });
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
    deadline: minutes(28),
    parameters: p,
    commands: commands(p),
    changes: ['microk8s', `microk8s@${p.seed}`, 'addresses', `addresses@${p.seed}`],
  });
}
