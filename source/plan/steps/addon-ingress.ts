import * as z from 'zod';
import { ingressClassObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { ingressControllers, ingressOf } from '../../microk8s/tracks.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import type { WorkloadsWanted } from '../execution/workload-wait.ts';
import type { PlannedStep, StateCheck, StepContext } from '../step.ts';
import { addonKind } from './addon.ts';

const parameters = z.object({ seed: z.string(), channel: z.string() });
type Parameters = z.output<typeof parameters>;

export const ingressNamespace = 'ingress';
/** The class that an Ingress of the product names; both controllers of MicroK8s have it. */
export const ingressClass = 'public';

const wanted = ({ seed, channel }: Parameters): WorkloadsWanted => ({
  through: seed,
  namespace: ingressNamespace,
  pick: (workloads) =>
    workloads.filter(({ metadata }) => metadata.name === ingressControllers[ingressOf(channel)].daemonSet),
  atLeast: 1,
});

async function rest(context: StepContext, { seed, channel }: Parameters): Promise<StateCheck> {
  const host = await context.look(seed);
  const found = await readObject(host, 'ingressclasses', ingressClass, undefined, ingressClassObject);
  const there = found.answered && found.value !== undefined;
  const runs = `${ingressOf(channel)} runs on every node`;
  return { ok: there, observed: there ? runs : `ingress class ${ingressClass} is missing` };
}

export const addonIngress = addonKind({
  kind: 'addon-ingress',
  parameters,
  wanted,
  rest,
  advice: ({ channel }) => ({
    causes: [
      'ports 80 or 443 of a node are taken by another program',
      ...(ingressOf(channel) === 'traefik' ? ['from MicroK8s 1.35 the ingress addon needs the internet'] : []),
    ],
  }),
});

export function planAddonIngress(p: Parameters): PlannedStep {
  return plannedStep(addonIngress, {
    group: 'Addon ingress',
    title: 'Entrance to the cluster on every node',
    why: 'Browsers and devices reach the product through it, on whichever node holds the virtual address.',
    deadline: minutes(15),
    parameters: p,
    commands: [command('enable', p.seed, microk8s.enable('ingress'))],
  });
}
