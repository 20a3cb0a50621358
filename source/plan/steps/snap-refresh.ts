import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { clusterNode } from '../../kubernetes/nodes.ts';
import { nodeObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { snap, trackOf } from '../../microk8s/snap.ts';
import { kloudspot } from '../../text/command.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import { withSnapProgress } from '../execution/snap-progress.ts';
import { silent } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { drainSeconds } from './drain.ts';
import { installed, snapListed, untilSnapdIdle } from './microk8s-snap.ts';

const name = 'microk8s';
const parameters = z.object({
  node: z.string(),
  /** The manager that is asked: another one, where there is one. */
  through: z.string(),
  channel: z.string(),
  /** Other nodes can take what runs here. */
  drain: z.boolean(),
});
type Parameters = z.output<typeof parameters>;

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const answer = await snapListed(context, p.node);
  if (!answer.answered) return silent(p.node, answer.said);
  const found = answer.value;
  if (!found) return { ok: false, observed: 'MicroK8s is not installed' };
  if (trackOf(found.tracking) !== trackOf(p.channel)) return { ok: false, observed: `runs ${found.tracking}` };
  if (!found.held) return { ok: false, observed: `runs ${found.tracking}, and would refresh by itself` };
  return nodeState(context, p);
}

/** As the cluster sees it: the kubelet of the new track, ready, and open for pods. */
async function nodeState(context: LookContext, { node, through, channel }: Parameters): Promise<StateCheck> {
  const answer = await readObject(await context.look(through), 'nodes', node, undefined, nodeObject);
  if (!answer.answered) return silent(through, answer.said);
  if (!answer.value) return { ok: false, observed: `${node} is not in the cluster` };
  const { ready, version, schedulable } = clusterNode(answer.value);
  const right = version.startsWith(`v${trackOf(channel)}.`);
  if (!right || !ready) return { ok: false, observed: `${node} runs ${version}, ${ready ? 'ready' : 'not ready'}` };
  return { ok: schedulable, observed: schedulable ? `${node} runs ${version}` : `${node} runs ${version}, closed` };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  await untilSnapdIdle(context, p.node);
  const found = await installed(context, p.node);
  if (found !== undefined && trackOf(found.tracking) !== trackOf(p.channel)) {
    context.remember('refreshed', found.tracking);
    if (p.drain) await runCommand(context, step, 'drain', { run: { deadline: minutes(12), ...drainAdvice(p) } });
    await withSnapProgress({ context, node: p.node, name }, () =>
      runCommand(context, step, 'refresh', { run: { deadline: minutes(30), ...refreshAdvice } }),
    );
  }
  const ready = (probe: () => Promise<StateCheck>) =>
    context.until({
      for: `${p.node} to be ready with ${trackOf(p.channel)}`,
      deadline: minutes(10),
      every: 3_000,
      probe,
      causes: ['the new kubelet does not start: cgroups, kernel, arguments that it no longer knows'],
      next: wayBack(p),
    });
  await ready(async () => {
    const seen = await nodeState(context, p);
    return seen.observed.endsWith('closed') ? { ...seen, ok: true } : seen;
  });
  await runCommand(context, step, 'hold', { run: { deadline: minutes(1) } });
  await runCommand(context, step, 'uncordon', { run: { deadline: minutes(1) } });
  // A new kubelet reports its version first, and only then that its network or its container runtime is not ready yet.
  await ready(() => nodeState(context, p));
}

const drainAdvice = ({ node, through }: Parameters) => ({
  causes: ['a disruption budget blocks the eviction: another instance is not ready'],
  next: [
    `sudo microk8s kubectl get pods -A -o wide on ${through}`,
    `sudo microk8s kubectl uncordon ${node} on ${through} lets it take pods again; nothing was refreshed yet`,
  ],
});
const refreshAdvice = {
  causes: ['the snap store cannot be reached', 'too little space under /var', 'snapd is busy with another change'],
  next: [
    'snap changes shows what snapd is doing',
    'snap info microk8s lists the channels: one that the store does not have cannot stay in cluster.channel',
  ],
};
const wayBack = ({ node }: Parameters): string[] => [
  `sudo microk8s inspect on ${node}`,
  `Way back for this node, to the revision before: sudo snap revert microk8s on ${node}; or ${kloudspot('undo')}`,
  `Way back for the datastore: ${kloudspot('restore')}`,
];

/** Only the last refresh of a node has a way back; what the datastore got since is not undone by it. */
async function undo(context: StepContext, p: Parameters): Promise<string> {
  await untilSnapdIdle(context, p.node);
  const before = context.recall('refreshed');
  if (before === undefined) return madeNothing;
  await revert(context, p, before);
  await context.run(p.through, kubectl.uncordon(p.node), { sudo: true });
  return untilGone(context, () => state(context, p));
}

async function revert(context: StepContext, p: Parameters, before: string): Promise<void> {
  const tracking = async () => (await installed(context, p.node))?.tracking ?? '';
  if (trackOf(await tracking()) !== trackOf(before))
    await context.run(p.node, snap.revert(name), { sudo: true, deadline: minutes(15) });
  await context.until({
    for: `${p.node} to be ready with ${trackOf(before)} again`,
    deadline: minutes(10),
    every: 3_000,
    probe: async () => {
      const seen = await nodeState(context, { ...p, channel: before });
      return seen.observed.endsWith('closed') ? { ...seen, ok: true } : seen;
    },
    next: [`sudo microk8s inspect on ${p.node}`],
  });
  const now = await tracking();
  if (trackOf(now) === trackOf(before)) return;
  throw new StepFault({
    tried: `go back to ${before} on ${p.node}`,
    seen: now === '' ? 'MicroK8s is not installed' : `it runs ${now}`,
    next: [`snap list --all microk8s on ${p.node} shows the revisions that are kept`],
  });
}

export const snapRefresh: StepKind<typeof parameters> = {
  kind: 'snap-refresh',
  parameters,
  state,
  act,
  madeUnder: () => 'refreshed',
  undo,
};

export function planSnapRefresh(p: Parameters): PlannedStep {
  const track = trackOf(p.channel);
  return plannedStep(snapRefresh, {
    node: p.node,
    name: track,
    group: `Upgrade to ${track}`,
    title: `Upgrade to ${track}`,
    why: 'One node at a time: it is drained, refreshed, verified and uncordoned before the next one.',
    risk: 'dangerous',
    deadline: minutes(60),
    parameters: p,
    commands: [
      ...(p.drain
        ? [command('drain', p.through, kubectl.drain(p.node, drainSeconds), { when: 'it is not refreshed yet' })]
        : []),
      command('refresh', p.node, snap.refresh(name, p.channel), { when: 'it is not refreshed yet' }),
      command('hold', p.node, snap.hold(name)),
      command('uncordon', p.through, kubectl.uncordon(p.node)),
    ],
    changes: ['microk8s', 'addresses', `microk8s@${p.through}`],
  });
}
