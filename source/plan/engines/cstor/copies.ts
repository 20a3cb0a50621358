import * as z from 'zod';
import type { Answer } from '../../../host/answer.ts';
import type { ReadOnlyHost } from '../../../host/host.ts';
import { kubectlPatch } from '../../../kubernetes/kubectl.ts';
import { readList } from '../../../kubernetes/read.ts';
import {
  copyLabels,
  cstorKinds,
  poolInstanceObject,
  type VolumeConfigObject,
  type VolumeReplicaObject,
  volumeConfigObject,
  volumeReplicaObject,
} from '../../../storage/engines/cstor/objects.ts';
import { counted } from '../../../text/plural.ts';
import { runCommand } from '../../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../../execution/define.ts';
import { silent, told } from '../../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../../step.ts';
import { poolInstances } from './instances.ts';

const parameters = z.object({
  seed: z.string(),
  namespace: z.string(),
  /** Copies that each volume is to have, where there are pools enough. */
  copies: z.number().int(),
  /** Pools that do not count: they are to go. */
  without: z.array(z.string()),
});
type Parameters = z.output<typeof parameters>;

/** Names of the pools that are to hold a copy. */
export const poolsOf = ({ spec }: VolumeConfigObject): string[] =>
  spec.policy.replicaPoolInfo.map(({ poolName }) => poolName);

/** The change that gives a volume its copies on these pools. */
export const onPools = (pools: readonly string[]): string =>
  JSON.stringify({ spec: { policy: { replicaPoolInfo: pools.map((poolName) => ({ poolName })) } } });

interface Seen {
  readonly volumes: readonly VolumeConfigObject[];
  readonly copies: readonly VolumeReplicaObject[];
}

/** Volumes and their copies in the cluster. */
export async function volumesSeen(host: ReadOnlyHost, namespace: string): Promise<Answer<Seen>> {
  const [volumes, copies] = await Promise.all([
    readList(host, cstorKinds.configs, { namespace }, volumeConfigObject),
    readList(host, cstorKinds.replicas, { namespace }, volumeReplicaObject),
  ]);
  if (!volumes.answered) return volumes;
  if (!copies.answered) return copies;
  return { answered: true, value: { volumes: volumes.value, copies: copies.value } };
}

/** Pools that may carry a copy now. */
async function usable(host: ReadOnlyHost, { namespace, without }: Parameters): Promise<Answer<string[]>> {
  const found = await poolInstances(host, namespace, poolInstanceObject);
  if (!found.answered) return found;
  const open = found.value.filter(
    ({ metadata, status }) => status.phase === 'ONLINE' && !status.readOnly && !without.includes(metadata.name),
  );
  return { answered: true, value: open.map(({ metadata }) => metadata.name) };
}

const healthyOn = (volume: VolumeConfigObject, { copies }: Seen, pools: readonly string[]): string[] =>
  copies
    .filter(({ metadata }) => metadata.labels[copyLabels.volume] === volume.metadata.name)
    .filter(({ status }) => status.phase === 'Healthy')
    .flatMap(({ metadata }) => metadata.labels[copyLabels.pool] ?? [])
    .filter((pool) => pools.includes(pool));

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const host = await context.look(p.seed);
  const [seen, pools] = await Promise.all([volumesSeen(host, p.namespace), usable(host, p)]);
  if (!seen.answered) return silent(p.seed, seen.said);
  if (!pools.answered) return silent(p.seed, pools.said);
  const { volumes } = seen.value;
  const wanted = Math.min(p.copies, pools.value.length);
  const open = volumes.filter((volume) => healthyOn(volume, seen.value, pools.value).length < wanted);
  if (open.length > 0 || wanted === 0)
    return { ok: false, observed: `${open.length} of ${volumes.length} have fewer than ${wanted} healthy copies` };
  return { ok: true, observed: `${counted(volumes.length, 'volume')}, ${counted(wanted, 'copy', 'copies')} each` };
}

/** One copy more for one volume at a time: cStor changes the number of copies step by step. */
async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const pools = await told(context, p.seed, 'the pools', (host) => usable(host, p));
  const { volumes } = await told(context, p.seed, 'the shared volumes', (host) => volumesSeen(host, p.namespace));
  for (const volume of volumes) {
    const present = poolsOf(volume);
    const staying = present.filter((pool) => pools.includes(pool));
    const fresh = pools.filter((pool) => !present.includes(pool));
    for (let at = 0; staying.length + at < Math.min(p.copies, pools.length); at++) {
      const change = onPools([...present, ...fresh.slice(0, at + 1)]);
      await runCommand(context, step, 'add-copy', {
        fill: { '<volume>': volume.metadata.name, '<pools>': change },
        run: { deadline: minutes(1) },
      });
      await untilRebuilt(context, p, volume.metadata.name);
    }
  }
  await context.until({
    for: 'every copy of the shared volumes to be healthy',
    deadline: minutes(60),
    every: 5_000,
    probe: () => state(context, p),
    causes: ['the copies are still being rebuilt: the time depends on their size', 'a pool is not online'],
    next: [`sudo microk8s kubectl get ${cstorKinds.replicas} -n ${p.namespace} on ${p.seed}`],
  });
}

async function untilRebuilt(context: StepContext, p: Parameters, volume: string): Promise<void> {
  await context.until({
    for: `the new copy of ${volume} to be filled`,
    deadline: minutes(110),
    every: 5_000,
    probe: async () => {
      const seen = await volumesSeen(await context.look(p.seed), p.namespace);
      if (!seen.answered) return silent(p.seed, seen.said);
      const own = seen.value.copies.filter(({ metadata }) => metadata.labels[copyLabels.volume] === volume);
      const open = own.filter(
        ({ metadata, status }) =>
          status.phase !== 'Healthy' && !p.without.includes(metadata.labels[copyLabels.pool] ?? ''),
      );
      const config = seen.value.volumes.find(({ metadata }) => metadata.name === volume);
      const made = config === undefined || own.length >= poolsOf(config).length;
      return { ok: made && open.length === 0, observed: open.map(({ status }) => status.phase).join(', ') || 'filled' };
    },
    next: [`sudo microk8s kubectl get ${cstorKinds.replicas} -n ${p.namespace} on ${p.seed}`],
  });
}

export const cstorCopies: StepKind<typeof parameters> = { kind: 'cstor-copies', parameters, state, act };

export function planCopies(p: Parameters): PlannedStep {
  return plannedStep(cstorCopies, {
    group: 'Storage',
    title: `Shared volumes have ${counted(p.copies, 'copy', 'copies')} each`,
    why: 'Pools that are added or removed change where copies can be; a new copy is made before an old one is removed.',
    deadline: minutes(180),
    parameters: p,
    commands: [
      command('add-copy', p.seed, kubectlPatch(cstorKinds.configs, '<volume>', p.namespace, '<pools>'), {
        when: 'a volume has fewer copies, for each one',
      }),
    ],
  });
}
