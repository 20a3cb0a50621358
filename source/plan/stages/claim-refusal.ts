import { exitCode, Fault } from '../../errors/fault.ts';
import type { Product } from '../../product/schema.ts';
import type { Site } from '../../site/schema.ts';
import {
  type ClaimChange,
  type ClaimGrowth,
  claimChanges,
  claimGrowth,
  type StandingStorage,
} from '../../storage/claims.ts';
import { volumesFor, type WantedVolume } from '../../storage/volumes.ts';
import { kloudspot } from '../../text/command.ts';

/**
 * What the site asks of claims that are there. Throws `Fault` (exit code 2) for what Kubernetes never does.
 * `before`: the site as it stays where the change is refused.
 */
export function growthOf(site: Site, product: Product, standing: StandingStorage, before = site): ClaimGrowth[] {
  const changes = claimChanges(site, product, standing);
  const refused = changes.filter(({ kind }) => kind !== 'grow');
  const [first] = refused;
  if (!first) return claimGrowth(changes);
  const { what, why } = describe(first);
  throw new Fault({
    what,
    where: refused.map(({ claim, from, to }) => `${claim}: ${from}, expected ${to}`).join('; '),
    why,
    unchanged: true,
    next: [wayBack(first, volumesFor(before, product))],
    exitCode: exitCode.usage,
  });
}

function describe({ kind, label, from, to, class: of }: ClaimChange): { readonly what: string; readonly why: string } {
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
    default:
      return {
        what: `${label} cannot grow from ${from} to ${to}.`,
        why: `The storage class of ${of} volumes does not allow it: allowVolumeExpansion is not true.`,
      };
  }
}

/** Setting the size back is of use only where `site.yaml` says another one. */
function wayBack({ volume, kind, from }: ClaimChange, before: readonly WantedVolume[]): string {
  const gib = Number(/^(\d+)Gi$/.exec(from)?.[1]);
  if (kind === 'class' || Number.isNaN(gib)) return 'Keep the features and the engine that the volume was made with.';
  if (before.find(({ id }) => id === volume)?.gib !== gib)
    return `${kloudspot(`update --set storage.volumes.${volume}=${gib}`)}  writes the current size to site.yaml.`;
  if (kind === 'fixed')
    return 'Allow volume expansion in its class first, if its driver supports it: allowVolumeExpansion: true';
  return `A larger size: ${kloudspot(`storage grow ${volume} ${gib + 1}`)}`;
}
