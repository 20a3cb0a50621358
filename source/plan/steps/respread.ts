import * as z from 'zod';
import type { Answer } from '../../host/answer.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { type ClusterNode, clusterNode } from '../../kubernetes/nodes.ts';
import {
  nodeObject,
  type PodObject,
  podObject,
  type WorkloadObject,
  workloadObject,
} from '../../kubernetes/objects.ts';
import { readList, readObject } from '../../kubernetes/read.ts';
import { isUneven } from '../../kubernetes/spread.ts';
import { isPodOf, podReady, workloadState } from '../../kubernetes/workloads.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent, told } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const parameters = z.object({ seed: z.string(), namespace: z.string(), deployment: z.string() });
type Parameters = z.output<typeof parameters>;

interface Seen extends StateCheck {
  readonly complete: boolean;
  /** A pod of the node that runs most of them. */
  readonly surplus: string | undefined;
}

/** Ready in full, and no node runs two more of it than another one that could. */
async function spread(host: ReadOnlyHost, p: Parameters): Promise<Answer<Seen>> {
  const [object, pods, nodes] = await Promise.all([
    readObject(host, 'deployments', p.deployment, p.namespace, workloadObject),
    readList(host, 'pods', { namespace: p.namespace }, podObject),
    readList(host, 'nodes', {}, nodeObject),
  ]);
  if (!object.answered) return object;
  if (!pods.answered) return pods;
  if (!nodes.answered) return nodes;
  return { answered: true, value: judged(p, object.value, pods.value, nodes.value.map(clusterNode)) };
}

function judged(
  p: Parameters,
  object: WorkloadObject | undefined,
  pods: readonly PodObject[],
  nodes: readonly ClusterNode[],
): Seen {
  const not = (observed: string): Seen => ({ ok: false, observed, complete: false, surplus: undefined });
  if (object === undefined) return not(`deployment ${p.deployment} does not exist`);
  const { ready, wanted, complete } = workloadState(object);
  if (!complete) return not(`${ready} of ${wanted} are ready`);
  const byNode = Map.groupBy(
    pods.filter((pod) => isOf(pod, p.deployment)),
    ({ spec }) => spec.nodeName ?? '',
  );
  const places = [...byNode].map(([node, own]) => ({ node, ready: own.length }));
  const open = nodes.filter((node) => node.ready && node.schedulable).length;
  const most = [...byNode.values()].toSorted((one, other) => other.length - one.length)[0];
  return {
    ok: !isUneven('Deployment', places, open),
    observed: places.map(({ node, ready: count }) => `${count} on ${node}`).join(', '),
    complete,
    surplus: most?.[0]?.metadata.name,
  };
}

const isOf = (pod: PodObject, name: string): boolean =>
  podReady(pod) && pod.metadata.deletionTimestamp === undefined && isPodOf(pod, { kind: 'Deployment', name });

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const seen = await spread(await context.look(p.seed), p);
  if (!seen.answered) return silent(p.seed, seen.said);
  const { ok, observed } = seen.value;
  return { ok, observed };
}

/** One pod at a time goes from the node that has most; the scheduler places the next one where there are least. */
async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  for (let moved = 0; moved < mostMoves; moved++) {
    const what = `where the instances of ${p.deployment} run`;
    const { ok, surplus } = await told(context, p.seed, what, (host) => spread(host, p));
    if (ok || surplus === undefined) break;
    await runCommand(context, step, 'move', { fill: { '<pod>': surplus }, run: { deadline: minutes(1) } });
    await context.until({
      for: `${p.deployment} to be ready again`,
      deadline: minutes(10),
      every: 3_000,
      probe: async () => {
        const seen = await spread(await context.look(p.seed), p);
        if (!seen.answered) return silent(p.seed, seen.said);
        return { ok: seen.value.complete && seen.value.surplus !== surplus, observed: seen.value.observed };
      },
      next: [`sudo microk8s kubectl get pods -n ${p.namespace} -o wide on ${p.seed}`],
    });
  }
}

/** More than any sensible part has instances on one node. */
const mostMoves = 12;

export const respread: StepKind<typeof parameters> = { kind: 'respread', parameters, state, act };

export function planRespread(p: Parameters): PlannedStep {
  return plannedStep(respread, {
    name: p.deployment,
    group: 'Rebalance',
    title: `Spread ${p.deployment} over the nodes`,
    why: 'After a node comes back, pods that moved away stay where they are. One instance at a time moves to a node with fewer; the others keep running.',
    deadline: minutes(40),
    parameters: p,
    commands: [
      command('move', p.seed, kubectl.delete('pods', '<pod>', { namespace: p.namespace }), {
        when: 'a node runs two more than another, for each one too many',
      }),
    ],
    skippable: true,
  });
}
