import * as z from 'zod';
import { ingressClassObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { ingressOf, microk8s } from '../../microk8s/microk8s.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { untilWorkloadsReady, type WorkloadsWanted, workloadsReady } from '../execution/workload-wait.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const parameters = z.object({ seed: z.string(), channel: z.string() });
type Parameters = z.output<typeof parameters>;

export const ingressNamespace = 'ingress';
/** The class that an Ingress of the product names; both controllers of MicroK8s have it. */
export const ingressClass = 'public';
const daemonSet = { nginx: 'nginx-ingress-microk8s-controller', traefik: 'traefik' } as const;

const wanted = ({ seed, channel }: Parameters): WorkloadsWanted => ({
  through: seed,
  namespace: ingressNamespace,
  pick: (workloads) => workloads.filter(({ metadata }) => metadata.name === daemonSet[ingressOf(channel)]),
  atLeast: 1,
});

async function state(context: StepContext, p: Parameters): Promise<StateCheck> {
  const { ok, observed } = await workloadsReady(context, wanted(p));
  if (!ok) return { ok, observed: `ingress: ${observed}` };
  const found = await readObject(
    await context.look(p.seed),
    'ingressclasses',
    ingressClass,
    undefined,
    ingressClassObject,
  );
  const there = found.answered && found.value !== undefined;
  return {
    ok: there,
    observed: there ? `${ingressOf(p.channel)} runs on every node` : `ingress class ${ingressClass} is missing`,
  };
}

export const addonIngress: StepKind<typeof parameters> = {
  kind: 'addon-ingress',
  parameters,

  state,
  async act(context, p, step) {
    const causes =
      ingressOf(p.channel) === 'traefik' ? ['from MicroK8s 1.35 the ingress addon needs the internet'] : [];
    await carryOut(context, step, { run: { deadline: minutes(6), causes } });
    await untilWorkloadsReady(context, wanted(p), {
      for: 'the ingress to run on every node',
      causes: ['ports 80 or 443 of a node are taken by another program', ...causes],
    });
  },
};

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
