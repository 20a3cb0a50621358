import { exitCode, Fault } from '../errors/fault.ts';
import { missingRights, rightsFor, sayRight } from '../kubernetes/rights.ts';
import { targetOf } from '../network/targets.ts';
import type { Observation } from '../status/observation.ts';
import { ownClass } from '../storage/classes.ts';
import { volumesFor } from '../storage/volumes.ts';
import { renderedChart } from './release/render.ts';
import type { OpenedSite } from './site.ts';

/** Everything that the product needs of a cluster that is not ours, before anything changes. Throws `Fault` with all that is missing. */
export async function checkOutside(
  opened: Pick<OpenedSite, 'site' | 'product' | 'world' | 'passwords'>,
  seen: Pick<Observation, 'nodes'>,
): Promise<void> {
  const { site, product, world } = opened;
  const [node] = site.nodes;
  if (site.cluster.kubeconfig === undefined || node === undefined) return;
  const lacking = (['shared', 'unshared'] as const).filter(
    (of) => volumesFor(site, product).some((volume) => volume.class === of) && ownClass(site.storage, of) === undefined,
  );
  if (lacking.length > 0) throw noClass(lacking);
  const host = await world.hosts.get(targetOf(node));
  const { objects } = await renderedChart(host, opened, seen, {});
  const answer = await missingRights(host, rightsFor(objects, product.namespace));
  if ('said' in answer)
    throw new Fault({
      what: 'Cannot determine what this kubeconfig may do.',
      why: answer.said,
      unchanged: true,
    });
  if (answer.missing.length === 0) return;
  throw new Fault({
    what: `This kubeconfig lacks rights that ${product.name} needs.`,
    where: site.cluster.kubeconfig,
    why: answer.missing.map(sayRight).join('\n'),
    unchanged: true,
    next: [
      'Ask the administrators of the cluster for them, or take another kubeconfig: cluster.kubeconfig in site.yaml.',
    ],
    exitCode: exitCode.refused,
  });
}

const noClass = (lacking: readonly string[]): Fault =>
  new Fault({
    what: `No storage class for ${lacking.join(' and ')} volumes is named.`,
    why: 'kloudspot does not install storage on an existing cluster.',
    unchanged: true,
    next: lacking.map((of) =>
      of === 'shared'
        ? 'Name one in site.yaml: storage.shared.engine existing, and storage.shared.storageClass'
        : 'Name one in site.yaml: storage.unshared.storageClass',
    ),
  });
