import { carriesPool, sharedVolume } from '../../storage/shared.ts';
import { volumesFor } from '../../storage/volumes.ts';
import { sharedEngines } from '../engines/engines.ts';
import { lvmSteps } from '../engines/lvm.ts';
import type { Planning } from './planning.ts';

/** The engines that the chosen volumes need, the pool, and the classes that the product asks for its volumes by. */
export function planStorage(planning: Planning): void {
  const { site, product, list } = planning;
  const input = { ...planning, seed: planning.seed.name };
  const besideLvm = volumesFor(site, product).some((volume) => volume.class === 'unshared');
  const volume = sharedVolume(site, product);
  const nodes = site.nodes.filter(({ role }) => carriesPool(role)).map(({ name }) => name);
  const steps = [
    ...(besideLvm ? lvmSteps(input) : []),
    ...(volume ? sharedEngines[site.storage.shared.engine].steps({ ...input, volume, nodes, besideLvm }) : []),
  ];
  for (const step of steps) list.addCluster(step);
}
