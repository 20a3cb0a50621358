import * as z from 'zod';
import type { ReadOnlyHost } from '../../host/host.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { addressPoolObject, announcementObject } from '../../kubernetes/objects.ts';
import { isUnknownKind, readList } from '../../kubernetes/read.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { isIn } from '../../site/address-rules.ts';
import type { Site } from '../../site/schema.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import type { WorkloadsWanted } from '../execution/workload-wait.ts';
import { manifestText } from '../release/manifest.ts';
import type { LookContext, PlannedStep, StateCheck } from '../step.ts';
import { addonKind } from './addon.ts';

const workload = z.object({
  /** Addresses that MetalLB gives only to a service that asks for one. */
  addresses: z.array(z.string()),
  /** Names of the interfaces by which the nodes are in the second network. */
  interfaces: z.array(z.string()),
  /** The virtual address lies in it too. */
  holdsVirtual: z.boolean(),
});
const parameters = z.object({ seed: z.string(), virtualAddress: z.string(), workload: workload.optional() });
type Parameters = z.output<typeof parameters>;

const namespace = 'metallb-system';
const kinds = { pools: 'ipaddresspools.metallb.io', announcements: 'l2advertisements.metallb.io' } as const;
const pool = 'default-addresspool';
const announcement = 'default-advertise-all-pools';
const second = 'workload';

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
const objects = (p: Parameters) => manifestText([...virtualObjects(p), ...workloadObjects(p)]);

const virtualObjects = ({ virtualAddress, workload }: Parameters) => [
  {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name: pool, namespace },
    spec: { addresses: [`${virtualAddress}/32`] },
  },
  {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'L2Advertisement',
    metadata: { name: announcement, namespace },
    ...(workload === undefined
      ? {}
      : { spec: { ipAddressPools: [pool], ...(workload.holdsVirtual ? { interfaces: workload.interfaces } : {}) } }),
  },
];

/** Without `interfaces` a speaker answers on every one, in the cluster's network too. */
const workloadObjects = ({ workload }: Parameters) =>
  workload === undefined || workload.addresses.length === 0
    ? []
    : [
        {
          apiVersion: 'metallb.io/v1beta1',
          kind: 'IPAddressPool',
          metadata: { name: second, namespace },
          spec: { addresses: workload.addresses.map((address) => `${address}/32`), autoAssign: false },
        },
        {
          apiVersion: 'metallb.io/v1beta1',
          kind: 'L2Advertisement',
          metadata: { name: second, namespace },
          spec: { ipAddressPools: [second], interfaces: workload.interfaces },
        },
      ];

/** The addresses of all pools, and what announces them. Both empty where not even the kinds are there. */
async function configured(host: ReadOnlyHost) {
  const [pools, announcements] = await Promise.all([
    readList(host, kinds.pools, { namespace }, addressPoolObject),
    readList(host, kinds.announcements, { namespace }, announcementObject),
  ]);
  if (!pools.answered && !isUnknownKind(pools)) return pools;
  if (!announcements.answered && !isUnknownKind(announcements)) return announcements;
  const addresses = pools.answered ? pools.value.flatMap(({ spec }) => spec.addresses) : [];
  return {
    answered: true,
    value: { addresses, announcements: announcements.answered ? announcements.value : [] },
  } as const;
}

async function rest(context: LookContext, p: Parameters): Promise<StateCheck> {
  const { seed, virtualAddress: vip } = p;
  const found = await configured(await context.look(seed));
  if (!found.answered) return silent(seed, found.said);
  const { addresses, announcements } = found.value;
  if (!addresses.includes(`${vip}/32`) && !addresses.includes(`${vip}-${vip}`))
    return { ok: false, observed: `its addresses are ${addresses.join(', ') || 'none'}` };
  if (announcements.length === 0) return { ok: false, observed: `nothing announces ${vip}` };
  return p.workload === undefined
    ? { ok: true, observed: `it assigns ${vip}` }
    : workloadState(vip, p.workload, addresses, announcements);
}

/** Whether the second network has its addresses, and answers for them by its interfaces alone. */
function workloadState(
  vip: string,
  { addresses: wished, interfaces, holdsVirtual }: NonNullable<Parameters['workload']>,
  addresses: readonly string[],
  announcements: readonly z.output<typeof announcementObject>[],
): StateCheck {
  const absent = wished.filter((address) => !addresses.includes(`${address}/32`));
  if (absent.length > 0) return { ok: false, observed: `it has no ${absent.join(', ')}` };
  const names = [...(holdsVirtual ? [announcement] : []), ...(wished.length > 0 ? [second] : [])];
  const right = names.every((name) =>
    announcements.some(({ metadata, spec }) => metadata.name === name && spec.interfaces.join() === interfaces.join()),
  );
  // An announcement without pools answers for all of them, on every interface.
  const open = announcements.find(({ spec }) => spec.ipAddressPools.length === 0);
  if (!right || open !== undefined)
    return { ok: false, observed: `it does not answer by ${interfaces.join(', ')} alone` };
  const all = [vip, ...wished].join(', ');
  return { ok: true, observed: `it assigns ${all}` };
}

export const addonMetallb = addonKind({
  kind: 'addon-metallb',
  parameters,
  wanted,
  rest,
  complete: async (context, _, step) => void (await runCommand(context, step, 'apply')),
  advice: ({ seed }) => ({
    causes: [
      'the webhook of MetalLB cannot be reached: pod network, a firewall (ufw), a proxy',
      'its images cannot be pulled',
    ],
    next: [`sudo microk8s kubectl get pods -n ${namespace} on ${seed}`],
  }),
});

/** What MetalLB is told of the second network of a site. */
export function workloadOf({ network, nodes }: Pick<Site, 'network' | 'nodes'>): Parameters['workload'] {
  const { workload: given, virtualAddress } = network;
  return (
    given && {
      addresses: Object.values(given.addresses),
      interfaces: [...new Set(nodes.map(({ workloadInterface }) => workloadInterface ?? given.interface))].toSorted(),
      holdsVirtual: virtualAddress !== undefined && isIn(virtualAddress, given.range),
    }
  );
}

export function planAddonMetallb(p: Parameters): PlannedStep {
  return plannedStep(addonMetallb, {
    group: 'Virtual address',
    title: `MetalLB assigns ${[p.virtualAddress, ...(p.workload?.addresses ?? [])].join(', ')}`,
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
