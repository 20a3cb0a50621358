import * as z from 'zod';
import type { Script } from '../../host/host.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { namedObject, workloadObject } from '../../kubernetes/objects.ts';
import { readList, readObject } from '../../kubernetes/read.ts';
import { workloadKinds } from '../../kubernetes/workloads.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { folders } from '../../microk8s/node.ts';
import { ingressControllers } from '../../microk8s/tracks.ts';
import { carryOut, look } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepKind } from '../step.ts';
import { ingressNamespace } from './addon-ingress.ts';

const ofNode = z.object({ node: z.string() });
const ofCluster = z.object({ seed: z.string() });

/** Prints `current` where the node's copies of the core addons are those of its snap. */
const addonsCurrent: Script = {
  name: 'addons-current',
  text: `if cmp -s ${folders.snap}/addons/core/addons.yaml ${folders.common}/addons/core/addons.yaml; then echo current; else echo old; fi
`,
};

/** After a refresh MicroK8s enables the addons of the track before, until their copies are updated: on each node. */
export const addonsUpdate: StepKind<typeof ofNode> = {
  kind: 'addons-update',
  parameters: ofNode,
  async state(context, { node }): Promise<StateCheck> {
    const ok = (await look(context, node, addonsCurrent)).stdout.trim() === 'current';
    return { ok, observed: ok ? 'the addons match the snap' : 'the addons are of another track' };
  },
  act: (context, _, step) => carryOut(context, step, { run: { deadline: minutes(3) } }),
};

export function planAddonsUpdate(node: string): PlannedStep {
  return plannedStep(addonsUpdate, {
    node,
    group: 'Addons',
    title: 'Update the addons to the new track',
    why: 'Refreshing the snap does not update the copies of the addons.',
    deadline: minutes(4),
    parameters: { node },
    commands: [command('update', node, microk8s.updateAddons())],
  });
}

async function nginxGone(context: LookContext, seed: string): Promise<StateCheck> {
  const where = { namespace: ingressNamespace };
  const answer = await readList(await context.look(seed), workloadKinds, where, workloadObject);
  if (!answer.answered) return silent(seed, answer.said);
  const name = ingressControllers.nginx.daemonSet;
  const ok = !answer.value.some(({ metadata }) => metadata.name === name);
  if (!ok) return { ok, observed: `${name} is there` };
  const service = await readObject(await context.look(seed), 'services', 'ingress', ingressNamespace, namedObject);
  const held = !service.answered || service.value !== undefined;
  return { ok: !held, observed: held ? 'its service holds the virtual address' : 'ingress-nginx is not there' };
}

/** From 1.35 the addon is Traefik: with the objects of nginx in the cluster MicroK8s calls it enabled and installs nothing. */
export const ingressRemoval: StepKind<typeof ofCluster> = {
  kind: 'ingress-removal',
  parameters: ofCluster,
  state: (context, { seed }) => nginxGone(context, seed),
  async act(context, { seed }, step) {
    await carryOut(context, step, { run: { deadline: minutes(6) } });
    await context.until({
      for: 'ingress-nginx to go',
      deadline: minutes(5),
      probe: () => nginxGone(context, seed),
      next: [`sudo microk8s kubectl get all -n ${ingressNamespace} on ${seed}`],
    });
  },
};

export function planIngressRemoval(seed: string): PlannedStep {
  return plannedStep(ingressRemoval, {
    group: 'Addons',
    title: 'Remove ingress-nginx',
    why: 'The new track replaces it with Traefik. Until that runs, nothing answers on the virtual address; annotations of nginx no longer have an effect.',
    risk: 'dangerous',
    deadline: minutes(12),
    parameters: { seed },
    commands: [
      command('disable', seed, microk8s.disable('ingress')),
      command('service', seed, kubectl.delete('services', 'ingress', { namespace: ingressNamespace }), {
        note: 'so that Traefik can have its address',
      }),
    ],
  });
}
