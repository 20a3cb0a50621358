import type { Fault } from '../errors/fault.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { claimSizeObject, storageClassObject } from '../kubernetes/objects.ts';
import { type Asking, readList, unlessAway } from '../kubernetes/read.ts';
import { targetOf } from '../network/targets.ts';
import type { StandingStorage } from '../storage/claims.ts';
import type { OpenedSite } from './site.ts';
import { untold } from './untold.ts';

const asking: Asking = { deadline: 30_000 };

/**
 * The product's claims and the classes of the cluster, asked through the first of its managers that answers. Undefined where no
 * such manager was reached, or no API answered: a cluster that is still to be built has none.
 */
export async function standingStorage(
  { site, product, world }: Pick<OpenedSite, 'site' | 'product' | 'world'>,
  facts: ReadonlyMap<string, NodeFacts>,
): Promise<StandingStorage | undefined> {
  const managers = site.nodes.filter(({ name, role }) => role === 'manager' && facts.get(name)?.microk8s?.running);
  for (const manager of managers.filter(({ name }) => !facts.get(name)?.microk8s?.worker)) {
    const host = await world.hosts.get(targetOf(manager));
    const [claims, classes] = await Promise.all([
      unlessAway(readList(host, 'persistentvolumeclaims', { namespace: product.namespace }, claimSizeObject, asking)),
      unlessAway(readList(host, 'storageclasses', {}, storageClassObject, asking)),
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

/** The API answers, and no manager told this. Exit code 4. */
export const untoldStorage = (node: string): Fault =>
  untold(node, "the product's claims and its storage classes", 'No manager listed them in time.');
