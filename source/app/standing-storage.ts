import type { NodeFacts } from '../facts/facts.ts';
import { claimSizeObject, storageClassObject } from '../kubernetes/objects.ts';
import { type Asking, readList } from '../kubernetes/read.ts';
import { targetOf } from '../network/targets.ts';
import type { StandingStorage } from '../storage/claims.ts';
import type { OpenedSite } from './site.ts';

const asking: Asking = { deadline: 10_000 };

/**
 * The product's claims and the classes of the cluster, asked through a manager that is in it. Undefined where no such
 * manager was reached, or the API did not answer: a cluster that is still to be built has none.
 */
export async function standingStorage(
  { site, product, world }: Pick<OpenedSite, 'site' | 'product' | 'world'>,
  facts: ReadonlyMap<string, NodeFacts>,
): Promise<StandingStorage | undefined> {
  const managers = site.nodes.filter(({ name, role }) => role === 'manager' && facts.get(name)?.microk8s?.running);
  for (const manager of managers.filter(({ name }) => !facts.get(name)?.microk8s?.worker)) {
    const host = await world.hosts.get(targetOf(manager));
    const [claims, classes] = await Promise.all([
      readList(host, 'persistentvolumeclaims', { namespace: product.namespace }, claimSizeObject, asking),
      readList(host, 'storageclasses', {}, storageClassObject, asking),
    ]);
    if (!claims.answered || !classes.answered) continue;
    const fixed = classes.value.filter(({ allowVolumeExpansion }) => !allowVolumeExpansion);
    return {
      claims: claims.value.map(({ metadata, spec, status }) => ({
        name: metadata.name,
        storageClass: spec.storageClassName,
        size: spec.resources.requests['storage'] ?? '',
        capacity: status.capacity['storage'],
      })),
      fixedClasses: new Set(fixed.map(({ metadata }) => metadata.name)),
      provisioners: new Map(classes.value.map(({ metadata, provisioner }) => [metadata.name, provisioner])),
    };
  }
  return undefined;
}
