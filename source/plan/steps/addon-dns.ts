import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { serviceObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import type { WorkloadState } from '../../kubernetes/workloads.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import type { WorkloadsWanted } from '../execution/workload-wait.ts';
import type { PlannedStep, StateCheck, StepContext } from '../step.ts';
import { addonKind } from './addon.ts';

const parameters = z.object({ seed: z.string(), replicas: z.number().int() });
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
  const service = await readObject(await context.look(p.seed), 'services', 'kube-dns', namespace, serviceObject);
  const there = service.answered && service.value !== undefined;
  return { ok: there, observed: there ? `coredns runs, ${instances} of ${p.replicas}` : 'service kube-dns is missing' };
}

export const addonDns = addonKind({
  kind: 'addon-dns',
  parameters,
  wanted,
  rest,
  async complete(context, p, step) {
    if (p.replicas > 1) await runCommand(context, step, 'scale');
  },
  advice: () => ({ next: ['sudo microk8s enable dns shows its own words'] }),
});

export function planAddonDns(p: Parameters): PlannedStep {
  return plannedStep(addonDns, {
    group: 'Addon dns',
    title: p.replicas > 1 ? `Names inside the cluster, ${p.replicas} servers` : 'Names inside the cluster',
    why: 'The parts of the product find each other by name; two servers survive the loss of a node.',
    deadline: minutes(13),
    parameters: p,
    commands: [
      command('enable', p.seed, microk8s.enable('dns')),
      ...(p.replicas > 1
        ? [command('scale', p.seed, kubectl.scale('deployment', 'coredns', namespace, p.replicas))]
        : []),
    ],
  });
}
