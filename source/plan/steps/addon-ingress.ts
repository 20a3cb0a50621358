import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { ingressClassObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { ingressControllers, ingressOf } from '../../microk8s/tracks.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent, told } from '../execution/told.ts';
import { type WorkloadsWanted, workloadsThere } from '../execution/workload-wait.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { addonKind } from './addon.ts';

const parameters = z.object({ seed: z.string(), channel: z.string() });
type Parameters = z.output<typeof parameters>;

export const ingressNamespace = 'ingress';
/** The class that an Ingress of the product names; both controllers of MicroK8s have it. */
const ingressClass = 'public';

const wanted = ({ seed, channel }: Parameters): WorkloadsWanted => ({
  through: seed,
  namespace: ingressNamespace,
  pick: (workloads) =>
    workloads.filter(({ metadata }) => metadata.name === ingressControllers[ingressOf(channel)].daemonSet),
  atLeast: 1,
});

async function rest(context: LookContext, { seed, channel }: Parameters): Promise<StateCheck> {
  const found = await standingClass(context, seed);
  if (!found.answered) return silent(seed, found.said);
  const there = found.value !== undefined;
  const runs = `${ingressOf(channel)} runs on every node`;
  return { ok: there, observed: there ? runs : `ingress class ${ingressClass} is missing` };
}

async function standingClass(context: LookContext, seed: string) {
  const host = await context.look(seed);
  return readObject(host, 'ingressclasses', ingressClass, undefined, ingressClassObject);
}

/**
 * From 1.35 MicroK8s counts any class of this name as its enabled addon, and `enable` then does nothing. One that Traefik left is
 * removed; that of another controller is the operator's.
 */
async function clear(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if (ingressOf(p.channel) !== 'traefik' || (await workloadsThere(context, wanted(p))) > 0) return;
  const found = await told(context, p.seed, 'the ingress classes', () => standingClass(context, p.seed));
  if (found === undefined) return;
  const { controller } = found.spec;
  if (controller.startsWith('traefik.io/')) return void (await runCommand(context, step, 'remove-class'));
  throw new StepFault({
    tried: 'enable the ingress of MicroK8s',
    seen: `the ingress class ${ingressClass} belongs to ${controller || 'another controller'}: MicroK8s takes it for its own and installs nothing`,
    next: [`Rename that class, or remove it on ${p.seed}: sudo microk8s kubectl delete ingressclass ${ingressClass}`],
  });
}

export const addonIngress = addonKind({
  kind: 'addon-ingress',
  parameters,
  wanted,
  rest,
  clear,
  advice: ({ channel }) => ({
    causes: [
      'port 80 or 443 of a node is used by another program',
      ...(ingressOf(channel) === 'traefik' ? ['from MicroK8s 1.35 the ingress addon needs the internet'] : []),
    ],
  }),
});

export function planAddonIngress(p: Parameters): PlannedStep {
  return plannedStep(addonIngress, {
    group: 'Addon ingress',
    title: 'Ingress of the cluster on every node',
    why: 'Browsers and devices reach the product through it, on whichever node holds the virtual address.',
    deadline: minutes(15),
    parameters: p,
    commands: [
      ...(ingressOf(p.channel) === 'traefik'
        ? [
            command('remove-class', p.seed, kubectl.delete('ingressclasses', ingressClass), {
              when: 'a class without its controller makes MicroK8s call the addon enabled',
            }),
          ]
        : []),
      command('enable', p.seed, microk8s.enable('ingress')),
    ],
  });
}
