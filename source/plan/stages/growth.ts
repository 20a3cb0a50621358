import { exitCode, Fault } from '../../errors/fault.ts';
import { gibibyte, gigabytes } from '../../storage/bytes.ts';
import type { ClaimGrowth } from '../../storage/claims.ts';
import { ownClass } from '../../storage/classes.ts';
import { storageDemand } from '../../storage/demand.ts';
import { findGroup } from '../../storage/groups.ts';
import { storageOf } from '../../storage/per-node.ts';
import { existingVolume } from '../../storage/shared.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import type { PoolGrowth } from '../engines/contract.ts';
import { sharedEngines } from '../engines/engines.ts';
import { planGrowClaims } from '../steps/grow-claims.ts';
import { planSharedVolume } from '../steps/shared-volume.ts';
import { growthOf } from './claim-refusal.ts';
import type { Planning } from './planning.ts';

/** Claims that are there and are to be larger. Throws `Fault` for what cannot be: a shrink, another class, a full group. */
export function planGrowth(planning: Planning): readonly ClaimGrowth[] {
  const { site, product, standing, purpose } = planning;
  if (!standing) return [];
  const growth = growthOf(site, product, standing);
  if (growth.length === 0) return [];
  refuseFullGroups(planning, growth);
  if (purpose !== 'init' && growth.some(({ class: of }) => of === 'shared')) growPools(planning);
  for (const [volume, claims] of Map.groupBy(growth, (each) => each.volume)) {
    const [first] = claims;
    if (!first) continue;
    const { label, gib, statefulSet } = first;
    const place = { seed: planning.seed.name, namespace: product.namespace };
    const names = claims.map(({ claim }) => claim);
    planning.list.addCluster(
      planGrowClaims({ ...place, volume, label, gib, claims: names, ...defined({ statefulSet }) }),
    );
  }
  return growth;
}

/** Pools whose logical volume was seen smaller than the site wants it. */
export function smallPools({ site, product, facts }: Planning): PoolGrowth[] {
  return site.nodes.flatMap((node) => {
    const { pool } = storageDemand(site, product, node);
    const seen = facts.get(node.name);
    const found = pool && seen && existingVolume(pool, seen);
    if (!pool || !found || found.sizeBytes >= pool.gib * gibibyte) return [];
    return [
      { node: node.name, group: pool.group, volume: pool.volume, gib: pool.gib, standing: found.sizeBytes / gibibyte },
    ];
  });
}

/** The logical volumes first, side by side, then the pools on them. */
function growPools(planning: Planning): void {
  const { site, product, seed, list } = planning;
  const pools = smallPools(planning);
  if (pools.length === 0) return;
  const ids = pools.map(({ standing, ...place }) => list.addNode(place.node, planSharedVolume(place, standing)));
  list.gather(ids);
  const engine = sharedEngines[site.storage.shared.engine];
  for (const step of engine.grow({ seed: seed.name, product, pools })) list.addCluster(step);
}

/** Every node that was seen must have the space, since any of them may carry an instance. */
function refuseFullGroups({ site, facts }: Planning, growth: readonly ClaimGrowth[]): void {
  const local = ownClass(site.storage, 'unshared') ? 0 : growthPerInstance(growth);
  const short = site.nodes.flatMap((node) => {
    const storage = facts.get(node.name)?.storage;
    const name = storageOf(site.storage, node).unshared.volumeGroup;
    const group = storage && findGroup(storage, name);
    if (!group || group.freeBytes >= local) return [];
    return [`${node.name}: ${name} has ${gigabytes(group.freeBytes)} free`];
  });
  if (local === 0 || short.length === 0) return;
  throw new Fault({
    what: `The volumes cannot grow: each node must have ${gigabytes(local)} more.`,
    where: short.join('; '),
    why: 'A volume grows within its own volume group.',
    next: [
      'Add a disk to the group: sudo vgextend GROUP DISK',
      `${kloudspot('storage list')}  shows the disks of each node`,
    ],
    exitCode: exitCode.preflightFailed,
  });
}

/** Bytes that one instance of each growing local volume takes more. */
function growthPerInstance(growth: readonly ClaimGrowth[]): number {
  const byVolume = new Map<string, number>();
  for (const { volume, class: of, moreBytes } of growth) {
    if (of === 'unshared') byVolume.set(volume, Math.max(byVolume.get(volume) ?? 0, moreBytes));
  }
  return byVolume.values().reduce((sum, bytes) => sum + bytes, 0);
}
