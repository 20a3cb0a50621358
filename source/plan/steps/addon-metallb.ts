import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { addressPoolObject, namedObject } from '../../kubernetes/objects.ts';
import { readList } from '../../kubernetes/read.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import type { WorkloadsWanted } from '../execution/workload-wait.ts';
import { manifestText } from '../release/manifest.ts';
import type { PlannedStep, StateCheck, StepContext } from '../step.ts';
import { addonKind } from './addon.ts';

const parameters = z.object({ seed: z.string(), virtualAddress: z.string() });
type Parameters = z.output<typeof parameters>;

const namespace = 'metallb-system';
const kinds = { pools: 'ipaddresspools.metallb.io', announcements: 'l2advertisements.metallb.io' } as const;
const announcement = 'default-advertise-all-pools';

const wanted = ({ seed }: Parameters): WorkloadsWanted => ({
  through: seed,
  namespace,
  pick: (workloads) => workloads.filter(({ metadata }) => ['controller', 'speaker'].includes(metadata.name)),
  atLeast: 2,
});

/**
 * The objects that the addon makes last, after a wait without an end: an `enable` that was cut off leaves them out, and a
 * second one ends with 0 and "already enabled". So this step applies them itself.
 */
const objects = ({ virtualAddress }: Parameters) =>
  manifestText([
    {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: 'default-addresspool', namespace },
      spec: { addresses: [`${virtualAddress}/32`] },
    },
    { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', metadata: { name: announcement, namespace } },
  ]);

/** The addresses of all pools, and whether anything announces them. Empty where not even the kinds are there. */
async function configured(context: StepContext, seed: string) {
  const host = await context.look(seed);
  const [pools, announcements] = await Promise.all([
    readList(host, kinds.pools, { namespace }, addressPoolObject),
    readList(host, kinds.announcements, { namespace }, namedObject),
  ]);
  return {
    addresses: pools.answered ? pools.value.flatMap(({ spec }) => spec.addresses) : [],
    announced: announcements.answered && announcements.value.length > 0,
  };
}

async function rest(context: StepContext, { seed, virtualAddress: vip }: Parameters): Promise<StateCheck> {
  const { addresses, announced } = await configured(context, seed);
  if (!addresses.includes(`${vip}/32`) && !addresses.includes(`${vip}-${vip}`))
    return { ok: false, observed: `its addresses are ${addresses.join(', ') || 'none'}` };
  return announced ? { ok: true, observed: `it assigns ${vip}` } : { ok: false, observed: `nothing announces ${vip}` };
}

export const addonMetallb = addonKind({
  kind: 'addon-metallb',
  parameters,
  wanted,
  rest,
  complete: async (context, _, step) => void (await runCommand(context, step, 'apply')),
  advice: ({ seed }) => ({
    causes: [
      'the webhook of MetalLB is not reached: pod network, a firewall (ufw), a proxy',
      'its images cannot be pulled',
    ],
    next: [`sudo microk8s kubectl get pods -n ${namespace} on ${seed}`],
  }),
});

export function planAddonMetallb(p: Parameters): PlannedStep {
  return plannedStep(addonMetallb, {
    group: 'Virtual address',
    title: `MetalLB assigns ${p.virtualAddress}`,
    why: 'One address for the whole cluster, that moves to another node when its node is lost.',
    deadline: minutes(15),
    parameters: p,
    commands: [
      command('enable', p.seed, microk8s.enable(`metallb:${p.virtualAddress}/32`)),
      command('apply', p.seed, kubectl.apply(), {
        stdin: objects(p),
        when: 'its address pool or its announcement is missing or differs',
      }),
    ],
  });
}
