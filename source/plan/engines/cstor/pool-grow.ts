import * as z from 'zod';
import { kubectl } from '../../../kubernetes/kubectl.ts';
import { gibibyte, gigabytes } from '../../../storage/bytes.ts';
import { cstorPoolShare } from '../../../storage/engines/cstor/cstor.ts';
import { nodeOf, type PoolSizeObject, poolSizeObject } from '../../../storage/engines/cstor/objects.ts';
import { counted } from '../../../text/plural.ts';
import { quantityBytes } from '../../../text/quantity.ts';
import { runCommand } from '../../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../../execution/define.ts';
import { silent, told } from '../../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../../step.ts';
import { poolInstances } from './instances.ts';

const parameters = z.object({
  seed: z.string(),
  namespace: z.string(),
  /** GiB of the logical volume under each pool that is to grow. */
  pools: z.array(z.object({ node: z.string(), gib: z.number() })).min(1),
});
type Parameters = z.output<typeof parameters>;

/** Pools report 0.897 to 0.899 of their device (`docs/storage.md`): what is above this share took the whole device. */
const leastShare = cstorPoolShare - 0.003;
const container = 'cstor-pool-mgmt';

/** zpool(8): `online -e` takes the whole device; `autoexpand` does it at every later import. */
const script = `set -e
for pool in $(zpool list -H -o name); do
  zpool set autoexpand=on "$pool"
  for device in $(zpool list -v -H -P "$pool" | awk '$1 ~ /^\\// { print $1 }'); do zpool online -e "$pool" "$device"; done
done`;

const instanceName = (node: string) => `<pool of ${node}>`;

function tookDevice({ status }: PoolSizeObject, gib: number): boolean {
  return (quantityBytes(status.capacity.total) ?? 0) >= gib * gibibyte * leastShare;
}

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const found = await poolInstances(await context.look(p.seed), p.namespace, poolSizeObject);
  if (!found.answered) return silent(p.seed, found.said);
  const open = p.pools.flatMap(({ node, gib }) => {
    const pool = found.value.find((each) => nodeOf(each) === node);
    if (pool && tookDevice(pool, gib)) return [];
    return [`${node}: ${pool ? gigabytes(quantityBytes(pool.status.capacity.total) ?? 0) : 'no pool'}`];
  });
  const ok = open.length === 0;
  return { ok, observed: ok ? `${counted(p.pools.length, 'pool')} as large as the device` : open.join(', ') };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const found = await told(context, p.seed, 'the pools', (host) => poolInstances(host, p.namespace, poolSizeObject));
  for (const { node, gib } of p.pools) {
    const pool = found.find((each) => nodeOf(each) === node);
    if (!pool || tookDevice(pool, gib)) continue;
    await runCommand(context, step, node, { fill: { [instanceName(node)]: pool.metadata.name } });
  }
  await context.until({
    for: 'every pool to take its device',
    deadline: minutes(3),
    every: 3_000,
    probe: () => state(context, p),
    causes: ['the pool opens its device again only when its pod restarts'],
    next: [
      `sudo microk8s kubectl delete pod -l app=cstor-pool -n ${p.namespace} on ${p.seed}, one pod after the other`,
    ],
  });
}

/** A pool takes the space that its logical volume was grown by. */
export const cstorPoolGrow: StepKind<typeof parameters> = { kind: 'cstor-pool-grow', parameters, state, act };

export function planCstorPoolGrow(p: Parameters): PlannedStep {
  return plannedStep(cstorPoolGrow, {
    group: 'Storage',
    title: `Grow the pool on ${counted(p.pools.length, 'node')}`,
    why: 'The logical volume below is larger now; the pool takes its space while volumes are in use.',
    deadline: minutes(6),
    parameters: p,
    commands: p.pools.map(({ node }) =>
      command(node, p.seed, kubectl.exec(`deployment/${instanceName(node)}`, container, p.namespace, script), {
        when: `the pool of ${node} is smaller than its device`,
      }),
    ),
  });
}
