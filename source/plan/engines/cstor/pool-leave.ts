import * as z from 'zod';
import { kubectlPatch } from '../../../kubernetes/kubectl.ts';
import { namedObject } from '../../../kubernetes/objects.ts';
import { readObject } from '../../../kubernetes/read.ts';
import { copyLabels, cstorKinds, hostname } from '../../../storage/engines/cstor/objects.ts';
import { runCommand } from '../../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../../execution/define.ts';
import { silent, told } from '../../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../../step.ts';
import { onPools, poolsOf, volumesSeen } from './copies.ts';
import { poolName } from './instances.ts';

const parameters = z.object({
  node: z.string(),
  seed: z.string(),
  namespace: z.string(),
  /** The pool as cStor calls it: `kloudspot-x7k2`. */
  instance: z.string(),
  /** Its manager runs and takes its marks away itself. */
  alive: z.boolean(),
});
type Parameters = z.output<typeof parameters>;

const unmark = JSON.stringify({ metadata: { finalizers: null } });
const dead = 'its node is dead: nothing there removes the finalizer';
const cluster = z.object({
  spec: z.object({ pools: z.array(z.looseObject({ nodeSelector: z.record(z.string(), z.string()) })) }),
});

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const answer = await readObject(
    await context.look(p.seed),
    cstorKinds.instances,
    p.instance,
    p.namespace,
    namedObject,
  );
  if (!answer.answered) return silent(p.seed, answer.said);
  const ok = answer.value === undefined;
  return { ok, observed: ok ? `pool ${p.instance} is gone` : `pool ${p.instance} still exists` };
}

/** https://openebs.io/docs, "Volume Migration when the underlying cStor pool is lost": copies, their marks, the pool, its mark. */
async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  await dropCopies(context, p, step);
  await dropPool(context, p, step);
  await context.until({
    for: `pool ${p.instance} to be removed`,
    deadline: minutes(5),
    every: 3_000,
    probe: async () => {
      const seen = await state(context, p);
      if (!seen.ok && !p.alive) await run(context, step, 'release-pool');
      return seen;
    },
    causes: ['it still holds a copy of a volume', 'the operator of the pools is not running'],
    next: [`sudo microk8s kubectl describe ${cstorKinds.clusters} ${poolName} -n ${p.namespace} on ${p.seed}`],
  });
}

async function dropCopies(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const { volumes } = await told(context, p.seed, 'the shared volumes', (host) => volumesSeen(host, p.namespace));
  for (const volume of volumes) {
    const pools = poolsOf(volume);
    if (!pools.includes(p.instance)) continue;
    const rest = onPools(pools.filter((pool) => pool !== p.instance));
    await run(context, step, 'drop-copy', { '<volume>': volume.metadata.name, '<pools>': rest });
  }
  await context.until({
    for: `the copies on ${p.instance} to be removed`,
    deadline: minutes(10),
    every: 3_000,
    probe: async () => {
      const now = await volumesSeen(await context.look(p.seed), p.namespace);
      if (!now.answered) return silent(p.seed, now.said);
      const left = now.value.copies.filter(({ metadata }) => metadata.labels[copyLabels.pool] === p.instance);
      if (!p.alive)
        for (const { metadata } of left) await run(context, step, 'release-copy', { '<copy>': metadata.name });
      return { ok: left.length === 0, observed: `${left.length} left` };
    },
    causes: ['a volume is not healthy: cStor does not remove a copy of it then'],
    next: [`sudo microk8s kubectl get ${cstorKinds.replicas} -n ${p.namespace} on ${p.seed}`],
  });
}

/** The list of pools is replaced as a whole: what is there now, without this node's. */
async function dropPool(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const found = await told(context, p.seed, 'the declared pools', (host) =>
    readObject(host, cstorKinds.clusters, poolName, p.namespace, cluster),
  );
  if (found === undefined) return;
  const pools = found.spec.pools.filter(({ nodeSelector }) => nodeSelector[hostname] !== p.node);
  if (pools.length === found.spec.pools.length) return;
  await run(context, step, 'drop-pool', { '<pools>': JSON.stringify({ spec: { pools } }) });
}

async function run(context: StepContext, step: PlannedStep, name: string, fill: Record<string, string> = {}) {
  await runCommand(context, step, name, { fill, run: { deadline: minutes(1) } });
}

export const cstorPoolLeave: StepKind<typeof parameters> = { kind: 'cstor-pool-leave', parameters, state, act };

export function planPoolLeave(p: Parameters): PlannedStep {
  const patch = (name: string, kind: string, object: string, change: string, when?: string) =>
    command(name, p.seed, kubectlPatch(kind, object, p.namespace, change), when === undefined ? {} : { when });
  return plannedStep(cstorPoolLeave, {
    node: p.node,
    group: `Take ${p.node} out`,
    title: `Remove pool ${p.instance}`,
    why: 'Shared volumes keep their copies on the other pools; a pool of a node that goes would count as broken forever.',
    risk: 'dangerous',
    deadline: minutes(17),
    parameters: p,
    commands: [
      patch('drop-copy', cstorKinds.configs, '<volume>', '<pools>', 'a volume has a copy on it, for each one'),
      ...(p.alive ? [] : [patch('release-copy', cstorKinds.replicas, '<copy>', unmark, dead)]),
      patch('drop-pool', cstorKinds.clusters, poolName, '<pools>', 'the pool is still declared'),
      ...(p.alive ? [] : [patch('release-pool', cstorKinds.instances, p.instance, unmark, dead)]),
    ],
  });
}
