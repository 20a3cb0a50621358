import { Fault } from '../../errors/fault.ts';
import { replicas } from '../../plan/values.ts';
import type { Product } from '../../product/schema.ts';
import type { Site } from '../../site/schema.ts';
import type { Observation } from '../../status/observation.ts';
import { type ClaimChange, claimChanges } from '../../storage/claims.ts';
import { kloudspot } from '../../text/command.ts';

/** Refuses before anything is changed what Kubernetes would refuse of the claims that are there. Throws `Fault` (exit code 2). */
export function refuseClaimChanges({ claims }: Pick<Observation, 'claims'>, site: Site, product: Product): void {
  const managers = site.nodes.filter(({ role }) => role === 'manager').length;
  const standing = (claims ?? []).map(({ metadata, spec }) => ({
    name: metadata.name,
    storageClass: spec.storageClassName,
    size: spec.resources.requests['storage'] ?? '',
  }));
  const changes = claimChanges(site, product, replicas(managers), standing);
  // A claim that stands alone is grown by Helm itself; the template of a stateful set is not.
  const refused = changes.filter(({ kind, statefulSet }) => kind !== 'grow' || statefulSet !== undefined);
  const [first] = refused;
  if (!first) return;
  const { what, why } = wordsOf(first);
  throw new Fault({
    what,
    where: refused.map(({ claim, from, to }) => `${claim}: ${from}, wanted ${to}`).join('; '),
    why,
    next: first.kind === 'grow' ? growCommands(refused, product) : ['Nothing was changed.', backTo(first)],
    exitCode: 2,
  });
}

function wordsOf({ kind, label, from, to }: ClaimChange): { readonly what: string; readonly why: string } {
  switch (kind) {
    case 'shrink':
      return {
        what: `${label} cannot shrink from ${from} to ${to}.`,
        why: 'Kubernetes makes no volume smaller, and no storage engine shrinks a file system that is in use.',
      };
    case 'class':
      return {
        what: `${label} cannot move from storage class ${from} to ${to}.`,
        why: 'The class of a claim never changes: the data would have to be copied to a new volume.',
      };
    case 'grow':
      return {
        what: `${label} does not grow from ${from} to ${to} by an update.`,
        why: 'Kubernetes does not change the volume template of a stateful set. The claims are grown first, and the set is removed without its pods; the update then makes it with the new size.',
      };
  }
}

function backTo({ volume, kind, from }: ClaimChange): string {
  const gib = /^(\d+)Gi$/.exec(from)?.[1];
  if (kind === 'shrink' && gib !== undefined) return kloudspot(`update --set storage.volumes.${volume}=${gib}`);
  return 'Keep the features and the engine that the volume was made with.';
}

/** As they are typed on a manager, one volume after the other. */
function growCommands(changes: readonly ClaimChange[], { namespace }: Product): string[] {
  const grown = changes.filter(({ kind }) => kind === 'grow');
  const sets = new Set(grown.flatMap(({ statefulSet }) => statefulSet ?? []));
  const kubectl = 'sudo microk8s kubectl';
  return [
    ...grown.map(
      ({ claim, to }) =>
        `${kubectl} patch pvc ${claim} -n ${namespace} -p '{"spec":{"resources":{"requests":{"storage":"${to}"}}}}'`,
    ),
    ...[...sets].map((name) => `${kubectl} delete statefulset ${name} -n ${namespace} --cascade=orphan`),
    'Then the same update again.',
  ];
}
