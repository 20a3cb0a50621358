import { chartReference } from '../../product/load.ts';
import type { Product } from '../../product/schema.ts';
import { carriesPool, sharedVolume } from '../../storage/shared.ts';
import { volumesFor } from '../../storage/volumes.ts';
import { planChart } from '../release/charts.ts';
import { cstorValues, lvmValues } from '../release/engine-values.ts';
import { planPool, poolName } from '../steps/pool.ts';
import { planStorageClass } from '../steps/storage-class.ts';
import { planStorageEngine } from '../steps/storage-engine.ts';
import type { Planning } from './planning.ts';

/** cStor keeps at most five copies of a volume. */
const mostCopies = 5;

/** The engines that the chosen volumes need, the pool, and the classes that the product asks for its volumes by. */
export function planStorage(planning: Planning): void {
  const { site, product } = planning;
  const local = volumesFor(site, product).some((volume) => volume.class === 'unshared');
  if (local) addLocal(planning);
  if (sharedVolume(site, product)) addShared(planning, local);
}

function addLocal(planning: Planning): void {
  const { site, product, seed, list } = planning;
  list.addCluster(planStorageEngine(enginePlan(planning, 'lvm', lvmValues())));
  const parameters = {
    seed: seed.name,
    class: 'unshared',
    name: product.storage.classes.unshared,
    provisioner: product.storage.lvm.provisioner,
    // Left to itself the driver takes any group, the system's included.
    settings: { storage: 'lvm', volgroup: site.storage.unshared.volumeGroup, fsType: 'ext4' },
    binding: 'WaitForFirstConsumer',
  } as const;
  list.addCluster(planStorageClass(parameters));
}

function addShared(planning: Planning, besideLvm: boolean): void {
  const { site, product, seed, list } = planning;
  const shared = sharedVolume(site, product);
  if (!shared) return;
  const { group, volume } = shared;
  const nodes = site.nodes.filter(({ role }) => carriesPool(role)).map(({ name }) => name);
  const values = cstorValues({ group, volume, besideLvm });
  const { namespace, provisioner } = product.storage.cstor;
  list.addCluster(planStorageEngine(enginePlan(planning, 'cstor', values)));
  list.addCluster(planPool({ seed: seed.name, namespace, group, volume, nodes }));
  const copies = String(Math.min(nodes.length, mostCopies));
  const parameters = {
    seed: seed.name,
    class: 'shared',
    name: product.storage.classes.shared,
    provisioner,
    settings: { 'cas-type': 'cstor', cstorPoolCluster: poolName, replicaCount: copies },
    binding: 'Immediate',
  } as const;
  list.addCluster(planStorageClass(parameters));
}

function enginePlan({ product, seed, readChart }: Planning, engine: 'lvm' | 'cstor', values: string) {
  const { chart, repository, version, release, namespace }: Product['storage']['lvm'] = product.storage[engine];
  const wish = { reference: chartReference(product, chart), repository, version };
  return { engine, seed: seed.name, release, namespace, chart: planChart(wish, release, seed.name, readChart), values };
}
