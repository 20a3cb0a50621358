import { storageDemand } from '../../storage/demand.ts';
import { volumesFor } from '../../storage/volumes.ts';
import { sharedEngines } from '../engines/engines.ts';
import { lvmSteps } from '../engines/lvm.ts';
import { smallPools } from './growth.ts';
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
  // A class of the operator's own may come after the build: `start` looks at it where the product is deployed later.
  const later = site.storage.shared.engine === 'existing' && site.deploy === 'later';
  const wanted = !later && volumesFor(site, product).some((volume) => volume.class === 'shared');
  const shared = sharedEngines[site.storage.shared.engine];
  const steps = [
    ...(besideLvm ? lvmSteps(input) : []),
    ...(wanted ? shared.steps({ ...input, pools, besideLvm }) : []),
  ];
  for (const step of steps) list.addCluster(step);
  const small = wanted && planning.standing ? smallPools(planning) : [];
  if (small.length > 0) for (const step of shared.grow({ ...input, pools: small })) list.addCluster(step);
}

/** The engine is there already: what the product rests on is looked at again, where it is not ours. */
export function planOwnClass(planning: Planning): void {
  const { site, product, list } = planning;
  const wanted = volumesFor(site, product).some((volume) => volume.class === 'shared');
  if (!wanted || site.storage.shared.engine !== 'existing') return;
  const input = { ...planning, seed: planning.seed.name, pools: [], besideLvm: false };
  for (const step of sharedEngines.existing.steps(input)) list.addCluster(step);
}
