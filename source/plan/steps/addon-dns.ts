import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { serviceObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import type { WorkloadState } from '../../kubernetes/workloads.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import type { ClusterRanges } from '../../microk8s/node.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import type { WorkloadsWanted } from '../execution/workload-wait.ts';
import { clusterDomain, dnsArguments } from '../release/launch-configuration.ts';
import type { PlannedStep, StateCheck, StepContext } from '../step.ts';
import { addonKind } from './addon.ts';
import { kubeletArgument, setArguments } from './node-arguments.ts';

const parameters = z.object({
  seed: z.string(),
  replicas: z.number().int(),
  /** All nodes: each kubelet gives its pods the name server. */
  nodes: z.array(z.string()),
});
type Parameters = z.output<typeof parameters>;

const namespace = 'kube-system';

const wanted = ({ seed }: Parameters): WorkloadsWanted => ({
  through: seed,
  namespace,
  pick: (workloads) => workloads.filter(({ metadata }) => metadata.name === 'coredns'),
  atLeast: 1,
});

async function rest(context: StepContext, p: Parameters, [coredns]: readonly WorkloadState[]): Promise<StateCheck> {
  const instances = coredns?.wanted ?? 0;
  if (instances < p.replicas) return { ok: false, observed: `coredns has ${instances} of ${p.replicas} instances` };
  const address = await serverAddress(context, p.seed);
  if (address === undefined) return { ok: false, observed: 'service kube-dns is missing' };
  const [untold] = await nodesNotTold(context, p.nodes, address);
  if (untold !== undefined)
    return { ok: false, observed: `the kubelet of ${untold} does not name ${address} to its pods` };
  return { ok: true, observed: `coredns runs, ${instances} of ${p.replicas}, at ${address}` };
}

/** Address of the cluster's name server; undefined where it has none. */
async function serverAddress(context: StepContext, seed: string): Promise<string | undefined> {
  const service = await readObject(await context.look(seed), 'services', 'kube-dns', namespace, serviceObject);
  return service.answered ? service.value?.spec.clusterIP : undefined;
}

/**
 * Nodes whose kubelet gives its pods another name server. An `enable dns` while an agent was down ends with 1 half-way, and the next
 * one says "already enabled".
 */
async function nodesNotTold(context: StepContext, nodes: readonly string[], address: string): Promise<string[]> {
  const told = await Promise.all(
    nodes.map(async (node) => {
      const [server, domain] = await Promise.all(
        ['--cluster-dns', '--cluster-domain'].map((name) => kubeletArgument(context, node, name)),
      );
      return server === address && domain === clusterDomain;
    }),
  );
  return nodes.filter((_, index) => told[index] === false);
}

async function complete(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if (p.replicas > 1) await runCommand(context, step, 'scale');
  const address = await serverAddress(context, p.seed);
  if (address === undefined) return;
  for (const node of await nodesNotTold(context, p.nodes, address))
    await runCommand(context, step, `set-dns@${node}`, { fill: { [addressPlace]: address } });
}

/** Stands for the address of the service in the plan. */
const addressPlace = '<address of kube-dns>';

export const addonDns = addonKind({
  kind: 'addon-dns',
  parameters,
  wanted,
  rest,
  complete,
  advice: () => ({ next: ['sudo microk8s enable dns shows its own words'] }),
});

export function planAddonDns(p: Parameters, ranges: ClusterRanges): PlannedStep {
  return plannedStep(addonDns, {
    group: 'Addon dns',
    title: p.replicas > 1 ? `Names inside the cluster, ${p.replicas} servers` : 'Names inside the cluster',
    why: 'The parts of the product find each other by name; two servers survive the loss of a node.',
    deadline: minutes(13),
    parameters: p,
    commands: [
      command('enable', p.seed, microk8s.enable('dns', ...dnsArguments(ranges))),
      ...(p.replicas > 1
        ? [command('scale', p.seed, kubectl.scale('deployment', 'coredns', namespace, p.replicas))]
        : []),
      ...p.nodes.map((node) =>
        command(`set-dns@${node}`, node, setArguments(), {
          stdin: `--cluster-dns=${addressPlace}\n--cluster-domain=${clusterDomain}\n`,
          when: 'its kubelet does not name that server, as where its agent was down meanwhile',
        }),
      ),
    ],
  });
}
