import { chartParts } from '../product/chart-parts.ts';
import type { Product } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import { gibibyte } from './bytes.ts';
import { volumesFor } from './volumes.ts';

/** A claim of the cluster, as far as it matters here. */
export interface StandingClaim {
  readonly name: string;
  readonly storageClass: string;
  /** Kubernetes' quantity, such as `10Gi`. */
  readonly size: string;
}

/** A claim that the site wants otherwise than it is. */
export interface ClaimChange {
  readonly kind: 'grow' | 'shrink' | 'class';
  readonly claim: string;
  /** Id and label of the product's volume. */
  readonly volume: string;
  readonly label: string;
  /** Its stateful set, whose template Kubernetes does not change; undefined where the claim stands alone. */
  readonly statefulSet?: string;
  readonly from: string;
  readonly to: string;
}

const units: Readonly<Record<string, number>> = { '': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** Undefined for a quantity that is not in plain bytes or binary units. */
function bytesOf(quantity: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|)$/.exec(quantity) ?? [];
  return number === undefined ? undefined : Number(number) * (units[unit] ?? Number.NaN);
}

/** What the site asks of claims that are there already: sizes and classes that differ. */
export function claimChanges(
  site: Site,
  product: Product,
  replicas: number,
  claims: readonly StandingClaim[],
): ClaimChange[] {
  const sizes = new Map(volumesFor(site, product).map((volume) => [volume.id, volume.gib]));
  const { engine, storageClass } = site.storage.shared;
  const classes = {
    shared: engine === 'existing' && storageClass !== undefined ? storageClass : product.storage.classes.shared,
    unshared: product.storage.classes.unshared,
  };
  const parts = chartParts(product, { release: product.release, features: site.features, replicas });
  return parts.flatMap(({ name, volumes }) =>
    volumes.flatMap((volume) => {
      const own = ownedClaims(claims, name, volume.claim);
      const wanted = { gib: sizes.get(volume.id) ?? volume.defaultGiB, storageClass: classes[volume.class] };
      return own.flatMap((claim) => changeOf(claim, name, volume, wanted) ?? []);
    }),
  );
}

/** The claim of that name, and those of a stateful set's template: also where the class, and so the kind, was another. */
function ownedClaims(claims: readonly StandingClaim[], part: string, claim: string): StandingClaim[] {
  const ofTemplate = new RegExp(`^(data|${claim})-${part}-\\d+$`);
  return claims.filter(({ name }) => name === claim || name === part || ofTemplate.test(name));
}

function changeOf(
  { name, storageClass, size }: StandingClaim,
  part: string,
  volume: { readonly id: string; readonly label: string },
  wanted: { readonly gib: number; readonly storageClass: string },
): ClaimChange | undefined {
  const set = /-\d+$/.test(name) ? { statefulSet: part } : {};
  const base = { claim: name, volume: volume.id, label: volume.label, ...set };
  if (storageClass !== wanted.storageClass) {
    return { ...base, kind: 'class', from: storageClass, to: wanted.storageClass };
  }
  const bytes = bytesOf(size);
  const to = wanted.gib * gibibyte;
  if (bytes === undefined || bytes === to) return undefined;
  return { ...base, kind: bytes < to ? 'grow' : 'shrink', from: size, to: `${wanted.gib}Gi` };
}
