import * as z from 'zod';
import { nodeObject } from '../../kubernetes/objects.ts';
import { readList } from '../../kubernetes/read.ts';
import { agentPort, apiPort, microk8s, microk8sFiles } from '../../microk8s/microk8s.ts';
import { kloudspot } from '../../text/command.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { closedPorts } from '../execution/tcp-probe.ts';
import { silent } from '../execution/told.ts';
import type { LookContext, PlannedCommand, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { certificateCommands, certificateNamed, nameCertificate } from './api-certificate.ts';
import { cleanUp, undo } from './join-cleanup.ts';
import {
  digestsPlace,
  firstToken,
  forgetOwnTokens,
  forgetTokens,
  mintToken,
  tokenSeconds,
  tokensLeft,
} from './join-token.ts';
import { followJoin, joinRuns, joinUnit, startJoin } from './join-unit.ts';
import { knownToSeed, ownMarks, seedTells } from './membership.ts';
import { addressArgument, argumentsSet, setArguments } from './node-arguments.ts';

const parameters = z.object({
  node: z.string(),
  role: z.enum(['manager', 'worker']),
  /** Address of the node in the cluster's network, an IPv4 literal. */
  address: z.string(),
  /** Number of its failure domain; managers only. */
  domain: z.number().int().exactOptional(),
  seed: z.string(),
  seedAddress: z.string(),
  /** What the certificate of its API server is for beside what MicroK8s gives it; none for a worker, which has no such server. */
  names: z.array(z.string()),
});
type Parameters = z.output<typeof parameters>;

const failed = 'an attempt failed or was cut off';
const overwritten = 'the join gave the kubelet another address';
const attempts = 2;

function commands(p: Parameters): PlannedCommand[] {
  const { node, role, address, domain, seed, seedAddress } = p;
  const manager = role === 'manager';
  return [
    command('add-node', seed, microk8s.addNode(tokenSeconds), {
      note: 'a token for this join; it is never shown or kept',
    }),
    command('start-join', node, startJoin(seedAddress, role), {
      stdin: '<token>\n',
      note: 'microk8s join as a unit of systemd, which no broken connection ends',
    }),
    command('forget-tokens', seed, forgetTokens, {
      stdin: `${digestsPlace}\n`,
      when: 'its token is still valid, as it is after a join too',
    }),
    command('set-arguments', node, setArguments(domain), {
      stdin: addressArgument(address),
      when: manager ? `${overwritten}, or its datastore has not read its failure domain` : overwritten,
    }),
    ...certificateCommands(p),
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

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const member = await membership(context, p);
  if (!member.ok) return member;
  const own = await argumentsSet(context, p);
  if (!own.ok) return { ok: false, observed: `${p.node} is joined, but ${own.observed}` };
  const certificate = await namedWhereManager(context, p);
  if (!certificate.ok) return { ok: false, observed: `${p.node} is joined, but ${certificate.observed}` };
  const { address } = member;
  if (address !== p.address) return { ok: false, observed: `${p.node} has the address ${address} in Kubernetes` };
  if ((await tokensLeft(context, p.seed)).length === 0) return member;
  return { ok: false, observed: `${member.observed}, but a token of its join is still valid on ${p.seed}` };
}

/** A worker has no API server, and so no certificate for one. */
const namedWhereManager = async (context: LookContext, p: Parameters): Promise<StateCheck> =>
  p.names.length === 0 ? { ok: true, observed: 'none' } : certificateNamed(context, p);

/** Asked of the seed, never of the node that joined: `join` prints success and ends with 0 without a member too. */
async function membership(context: LookContext, p: Parameters): Promise<StateCheck & { readonly address?: string }> {
  const answer = await seedTells(context, p);
  if (!answer.answered) return silent(p.seed, answer.said);
  const known = answer.value;
  if (!known.node) return { ok: false, observed: `${p.seed} does not know ${p.node}` };
  if (!known.node.ready) return { ok: false, observed: `${p.seed} reports ${p.node} as not ready` };
  const { address } = known.node;
  if (p.role === 'worker') return { ok: true, address, observed: `${p.seed} reports ${p.node} as ready` };
  if (!known.member) return { ok: false, observed: `${p.node} is ready, but not a member of the datastore` };
  const { joining } = await ownMarks(context, p.node);
  if (joining) return { ok: false, observed: `${p.node} is a member, but its join has not ended` };
  return { ok: true, address, observed: `${p.node} is ready${votes(known.member.role)}` };
}

const votes = (role: string): string =>
  role === 'voter' ? ' and votes in the datastore' : ', a member of the datastore that does not vote yet';

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const settled = await earlierJoinSettles(context, p);
  await forgetOwnTokens(context, step, p.seed);
  if (settled) return settleArguments(context, step, p);
  await cleanUp(context, step, p);
  await untilPortsOpen(context, p);
  for (let attempt = 1; ; attempt++) {
    try {
      await join(context, step, p);
      await untilTakenIn(context, p);
      return await settleArguments(context, step, p);
    } catch (error) {
      if (!(error instanceof StepFault)) throw error;
      // A failure is looked at too: a join that was hung up may have completed.
      if (await earlierJoinSettles(context, p)) return await settleArguments(context, step, p);
      if (attempt === attempts || context.signal.aborted) throw error;
      context.progress(`${error.seen}; cleans up and tries again with a new token`);
      await cleanUp(context, step, p);
    }
  }
}

/**
 * The join has overwritten the kubelet's arguments by those of the seed. They are set before the node is waited for: the services
 * restart with them, and a node that was ready would have to become so again. The datastore bears it: a member of real dqlite (Debian's
 * go-dqlite) that restarted 0.5 s after it had joined served again within 3 s, and voted at the leader's next look, 21 s at most. The
 * Node takes the address a little later.
 */
async function settleArguments(context: StepContext, step: PlannedStep, p: Parameters): Promise<void> {
  const set = (await argumentsSet(context, p)).ok;
  if (!set) await runCommand(context, step, 'set-arguments');
  await untilMember(context, p, minutes(5));
  await context.until({
    for: `${p.node} to have its address ${p.address} in Kubernetes`,
    deadline: minutes(3),
    probe: async () => {
      const { ok, observed, address } = await membership(context, p);
      return { ok: ok && address === p.address, observed: ok ? `its address is ${address}` : observed };
    },
    next: [`sudo microk8s kubectl get nodes -o wide on ${p.seed}`],
  });
  const named = (await namedWhereManager(context, p)).ok;
  if (!named) await nameCertificate(context, step, p);
  if (!set || !named) await untilBack(context, p);
}

/**
 * Its services have restarted. The cluster goes on to call the node ready for 40 s, whether they come back or not: its own API
 * server has to answer first, which runs in one process with its kubelet.
 */
function untilBack(context: StepContext, p: Parameters): Promise<void> {
  return context.until({
    for: `${p.node} to be ready after its services have restarted`,
    deadline: minutes(4),
    every: 1_000,
    probe: async () => {
      const own = p.role === 'manager' ? await ownApi(context, p.node) : undefined;
      return own ?? membership(context, p);
    },
    next: [`journalctl -u snap.microk8s.daemon-kubelite on ${p.node}`],
  });
}

/** Undefined where the API server of the node itself answers. */
async function ownApi(context: LookContext, node: string): Promise<StateCheck | undefined> {
  const answer = await readList(await context.look(node), 'nodes', {}, nodeObject, { signal: context.signal });
  return answer.answered ? undefined : silent(node, answer.said);
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
    next: [`systemctl status ${joinUnit} on ${p.node}`, `pgrep -af 'microk8s join' on ${p.node}`],
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
      `If that cluster is no longer needed: sudo microk8s leave on ${p.node}, then: ${kloudspot('resume')}`,
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

async function join(context: StepContext, step: PlannedStep, p: Parameters): Promise<void> {
  const token = await mintToken(context, step);
  try {
    await runCommand(context, step, 'start-join', { fill: { '<token>': token }, run: { deadline: minutes(1) } });
    await followJoin(context, p);
  } finally {
    await forgetOwnTokens(context, step, p.seed);
  }
}

/**
 * Waits until its services may restart: the seed knows it, a manager as a member of the datastore, and its join has ended, which
 * comes after that (scripts/wrappers/join.py). Its Node need not be ready, nor that of a manager be there.
 */
function untilTakenIn(context: StepContext, p: Parameters): Promise<void> {
  return context.until({
    for: `${p.seed} to take in ${p.node}`,
    deadline: minutes(5),
    every: 3_000,
    probe: () => takenIn(context, p),
    causes: ['the datastore did not form: port 19001, clocks, or a former entry of this node'],
    next: [
      `journalctl -u snap.microk8s.daemon-k8s-dqlite on ${p.node}`,
      `${kloudspot('undo')}  removes the node again`,
    ],
  });
}

async function takenIn(context: LookContext, p: Parameters): Promise<StateCheck> {
  const answer = await seedTells(context, p);
  if (!answer.answered) return silent(p.seed, answer.said);
  const known = answer.value;
  if (!known.node && !known.member) return { ok: false, observed: `${p.seed} does not know ${p.node}` };
  if (p.role === 'manager' && !known.member)
    return { ok: false, observed: `${p.node} is not a member of the datastore` };
  const { joining } = await ownMarks(context, p.node);
  return { ok: !joining, observed: joining ? `the join of ${p.node} has not ended` : `${p.seed} knows ${p.node}` };
}

function untilMember(context: StepContext, p: Parameters, deadline: number): Promise<void> {
  return context.until({
    for: `${p.seed} to report ${p.node} as ready${p.role === 'manager' ? ' and a member of the datastore' : ''}`,
    deadline,
    every: 3_000,
    probe: () => membership(context, p),
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

const shared = { parameters, state, act, undo, madeUnder: () => firstToken };
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
      : 'Workers run workloads and hold no part of the datastore.',
    risk: manager ? 'dangerous' : 'low',
    deadline: minutes(35),
    parameters: p,
    commands: commands(p),
    changes: ['microk8s', `microk8s@${p.seed}`, 'addresses', `addresses@${p.seed}`],
  });
}
