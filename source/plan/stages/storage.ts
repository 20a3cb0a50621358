import { storageDemand } from '../../storage/demand.ts';
import { volumesFor } from '../../storage/volumes.ts';
import { sharedEngines } from '../engines/engines.ts';
import { lvmSteps } from '../engines/lvm.ts';
import type { Planning } from './planning.ts';

/** The engines that the chosen volumes need, the pool, and the classes that the product asks for its volumes by. */
export function planStorage(planning: Planning): void {
  const { site, product, list } = planning;
  const input = { ...planning, seed: planning.seed.name };
  const besideLvm = volumesFor(site, product).some((volume) => volume.class === 'unshared');
  const pools = site.nodes.flatMap((node) => {
    const { pool } = storageDemand(site, product, node);
    return pool ? [{ node: node.name, group: pool.group, volume: pool.volume }] : [];
  });
  const shared = sharedEngines[site.storage.shared.engine];
  const steps = [
    ...(besideLvm ? lvmSteps(input) : []),
    ...(pools.length > 0 ? shared.steps({ ...input, pools, besideLvm }) : []),
  ];
  for (const step of steps) list.addCluster(step);
}
