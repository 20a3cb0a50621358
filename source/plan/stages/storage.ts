import type { VolumeClass } from '../../product/schema.ts';
import { ownClass } from '../../storage/classes.ts';
import { storageDemand } from '../../storage/demand.ts';
import { volumesFor } from '../../storage/volumes.ts';
import type { PoolPlace } from '../engines/contract.ts';
import { sharedEngines } from '../engines/engines.ts';
import { planClassCheck } from '../engines/existing/class-check.ts';
import { lvmSteps } from '../engines/lvm.ts';
import { smallPools } from './growth.ts';
import type { Planning } from './planning.ts';

/** The engines that the chosen volumes need, the pool, and the classes that the product asks for its volumes by. */
export function planStorage(planning: Planning): void {
  const { site, list } = planning;
  const input = { ...planning, seed: planning.seed.name };
  const besideLvm = wants(planning, 'unshared') && !ownClass(site.storage, 'unshared');
  const shared = wants(planning, 'shared') && site.storage.shared.engine !== 'existing';
  const engine = sharedEngines[site.storage.shared.engine];
  const steps = [
    ...(besideLvm ? lvmSteps(input) : []),
    ...(shared ? engine.steps({ ...input, pools: poolsOf(planning), besideLvm }) : []),
  ];
  for (const step of steps) list.addCluster(step);
  const small = shared && planning.standing ? smallPools(planning) : [];
  if (small.length > 0) for (const step of engine.grow({ ...input, pools: small })) list.addCluster(step);
  // A class of the operator's own may come after the build: `start` looks at it where the product is deployed later.
  if (site.deploy === 'now') planOwnClasses(planning);
}

/** What the product rests on and is not ours is looked at, each time before the product is deployed. */
export function planOwnClasses(planning: Planning): void {
  const { site, list, seed } = planning;
  for (const of of volumeClasses) {
    const name = ownClass(site.storage, of);
    if (name !== undefined && wants(planning, of))
      list.addCluster(planClassCheck({ seed: seed.name, name, class: of }));
  }
}

const volumeClasses: readonly VolumeClass[] = ['unshared', 'shared'];

const wants = ({ site, product }: Planning, of: VolumeClass): boolean =>
  volumesFor(site, product).some((volume) => volume.class === of);

function poolsOf({ site, product }: Planning): PoolPlace[] {
  return site.nodes.flatMap((node) => {
    const { pool } = storageDemand(site, product, node);
    return pool ? [{ node: node.name, group: pool.group, volume: pool.volume }] : [];
  });
}
