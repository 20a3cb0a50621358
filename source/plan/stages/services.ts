import { servicesIn } from '../../microk8s/services.ts';
import { chosenServices } from '../../product/services.ts';
import { className } from '../../storage/classes.ts';
import { volumesOfServices } from '../../storage/volumes.ts';
import { planClusterService } from '../steps/cluster-service.ts';
import type { Planning } from './planning.ts';

/** The services of the cluster that are on, one after the other: MicroK8s enables one addon at a time. */
export function planServices({ site, product, seed, list }: Planning): void {
  const { channel } = site.cluster;
  const sizes = new Map(volumesOfServices(site, product).map(({ id, gib }) => [id, gib]));
  const storageClass = className(site.storage, product, 'unshared');
  for (const { name, volumes } of servicesIn(channel, chosenServices(site, product))) {
    const claims = volumes.map(({ id, claim, defaultGiB }) => ({
      id,
      claim,
      gib: sizes.get(id) ?? defaultGiB,
      storageClass,
    }));
    list.addCluster(planClusterService({ seed: seed.name, channel, name, claims }));
  }
}
