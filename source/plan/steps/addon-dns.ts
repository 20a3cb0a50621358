import * as z from 'zod';
import type { Answer } from '../../host/answer.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { serviceObject } from '../../kubernetes/objects.ts';
import { ask, readObject } from '../../kubernetes/read.ts';
import type { WorkloadState } from '../../kubernetes/workloads.ts';
import { microk8s, parseJson } from '../../microk8s/microk8s.ts';
import type { ClusterRanges } from '../../microk8s/node.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent, told } from '../execution/told.ts';
import type { WorkloadsWanted } from '../execution/workload-wait.ts';
import { clusterDomain, dnsArguments } from '../release/launch-configuration.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext } from '../step.ts';
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

async function rest(context: LookContext, p: Parameters, [coredns]: readonly WorkloadState[]): Promise<StateCheck> {
  const instances = coredns?.wanted ?? 0;
  if (instances < p.replicas) return { ok: false, observed: `coredns has ${instances} of ${p.replicas} instances` };
  const server = await serverAddress(await context.look(p.seed));
  if (!server.answered) return silent(p.seed, server.said);
  const address = server.value;
  if (address === undefined) return { ok: false, observed: 'service kube-dns is missing' };
  const [untold] = await nodesNotTold(context, p.nodes, address);
  if (untold !== undefined)
    return { ok: false, observed: `the kubelet of ${untold} does not give ${address} to its pods` };
  const [former] = await nodesBefore(context, p, address);
  if (former !== undefined)
    return { ok: false, observed: `the kubelet of ${former} has not been restarted since it got ${address}` };
  return { ok: true, observed: `coredns runs, ${instances} of ${p.replicas}, at ${address}` };
}

/** Address of the cluster's name server; undefined where it has none. */
async function serverAddress(host: ReadOnlyHost): Promise<Answer<string | undefined>> {
  const service = await readObject(host, 'services', 'kube-dns', namespace, serviceObject);
  return service.answered ? { answered: true, value: service.value?.spec.clusterIP } : service;
}

/**
 * Nodes whose kubelet gives its pods another name server. An `enable dns` while an agent was down ends with 1 half-way, and the next
 * one says "already enabled".
 */
async function nodesNotTold(context: LookContext, nodes: readonly string[], address: string): Promise<string[]> {
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

const kubeletConfiguration = z.object({
  kubeletconfig: z.object({ clusterDNS: z.array(z.string()).default([]), clusterDomain: z.string().default('') }),
});

/**
 * Whether a kubelet runs with the name server that its arguments say: where an agent was down, `enable dns` ends after the change
 * and before the restart. Undefined where it does not answer.
 */
async function runsWith(
  context: LookContext,
  seed: string,
  node: string,
  address: string,
): Promise<boolean | undefined> {
  const words = kubectl.kubeletConfiguration(node);
  const { stdout } = await ask(await context.look(seed), words, { signal: context.signal });
  const read = kubeletConfiguration.safeParse(parseJson(stdout));
  if (!read.success) return undefined;
  const { clusterDNS, clusterDomain: domain } = read.data.kubeletconfig;
  return clusterDNS.includes(address) && domain === clusterDomain;
}

/** Nodes whose kubelet runs without that name server. One that does not answer is not judged. */
async function nodesBefore(context: LookContext, { seed, nodes }: Parameters, address: string): Promise<string[]> {
  const running = await Promise.all(nodes.map((node) => runsWith(context, seed, node, address)));
  return nodes.filter((_, index) => running[index] === false);
}

async function complete(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if (p.replicas > 1) await runCommand(context, step, 'scale');
  const address = await told(context, p.seed, 'service kube-dns', serverAddress);
  if (address === undefined) return;
  for (const node of await nodesNotTold(context, p.nodes, address))
    await runCommand(context, step, `set-dns@${node}`, { fill: { [addressPlace]: address } });
  for (const node of await nodesBefore(context, p, address)) {
    await runCommand(context, step, `restart@${node}`);
    await untilItRunsWith(context, p.seed, node, address);
  }
}

function untilItRunsWith(context: StepContext, seed: string, node: string, address: string): Promise<void> {
  return context.until({
    for: `the kubelet of ${node} to run with the name server ${address}`,
    deadline: minutes(3),
    probe: async () => {
      const runs = await runsWith(context, seed, node, address);
      return { ok: runs === true, observed: runs === undefined ? 'it does not answer' : runs ? 'it does' : 'not yet' };
    },
    next: [`journalctl -u snap.microk8s.daemon-kubelite on ${node}`],
  });
}

/** Stands for the address of the service in the plan. */
const addressPlace = '<address of kube-dns>';

export const addonDns = addonKind({
  kind: 'addon-dns',
  parameters,
  wanted,
  rest,
  complete,
  advice: () => ({ next: ['sudo microk8s enable dns shows its output'] }),
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
      ...p.nodes.map((node) =>
        command(`restart@${node}`, node, ['snap', 'restart', 'microk8s.daemon-kubelite'], {
          when: 'its kubelet does not run with its current arguments',
        }),
      ),
    ],
  });
}
