import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { addressPoolObject } from '../../kubernetes/objects.ts';
import { readList } from '../../kubernetes/read.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { carryOut, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { untilWorkloadsReady, type WorkloadsWanted, workloadsReady } from '../execution/workload-wait.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const parameters = z.object({ seed: z.string(), virtualAddress: z.string() });
type Parameters = z.output<typeof parameters>;

const namespace = 'metallb-system';
const pools = 'ipaddresspools.metallb.io';
/** The pool that the addon makes, and never changes again: a second `enable` ignores its argument. */
const pool = 'default-addresspool';
const otherPool = 'it ok another address';

const wanted = ({ seed }: Parameters): WorkloadsWanted => ({
  through: seed,
  namespace,
  pick: (workloads) => workloads.filter(({ metadata }) => ['controller', 'speaker'].includes(metadata.name)),
  atLeast: 2,
});

/** The addresses of all pools; empty where there is no pool or not even the kind. */
async function pooled(context: StepContext, seed: string): Promise<readonly string[]> {
  const answer = await readList(await context.look(seed), pools, { namespace }, addressPoolObject);
  return answer.answered ? answer.value.flatMap(({ spec }) => spec.addresses) : [];
}

async function state(context: StepContext, p: Parameters): Promise<StateCheck> {
  const { ok, observed } = await workloadsReady(context, wanted(p));
  if (!ok) return { ok, observed: `metallb: ${observed}` };
  const addresses = await pooled(context, p.seed);
  const { virtualAddress: vip } = p;
  const held = addresses.includes(`${vip}/32`) || addresses.includes(`${vip}-${vip}`);
  return { ok: held, observed: held ? `${vip} is its to give` : `its addresses are ${addresses.join(', ') || 'none'}` };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  await carryOut(context, step, {
    run: {
      deadline: minutes(5),
      causes: [
        'the webhook of MetalLB is not reached: pod network, a firewall (ufw), a proxy',
        'its images cannot be pulled',
      ],
      next: [`sudo microk8s kubectl get pods -n ${namespace} on ${p.seed}`],
    },
  });
  await untilWorkloadsReady(context, wanted(p), { for: 'MetalLB to run' });
  if (!(await state(context, p)).ok) await runCommand(context, step, 'change-pool');
}

export const addonMetallb: StepKind<typeof parameters> = {
  kind: 'addon-metallb',
  parameters,

  state,
  act,
};

export function planAddonMetallb(p: Parameters): PlannedStep {
  const own = `${p.virtualAddress}/32`;
  return plannedStep(addonMetallb, {
    group: 'Virtual address',
    title: `MetalLB gives out ${p.virtualAddress}`,
    why: 'One address for the whole cluster, that moves to another node when its node is lost.',
    deadline: minutes(15),
    parameters: p,
    commands: [
      command('enable', p.seed, microk8s.enable(`metallb:${own}`)),
      command('change-pool', p.seed, kubectl.patch(pools, pool, namespace, { spec: { addresses: [own] } }), {
        when: otherPool,
      }),
    ],
  });
}
