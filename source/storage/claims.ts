import { chartParts } from '../product/chart-parts.ts';
import type { Product, VolumeClass } from '../product/schema.ts';
import { instanceCounts } from '../product/shape.ts';
import type { Site } from '../site/schema.ts';
import { quantityBytes } from '../text/quantity.ts';
import { gibibyte } from './bytes.ts';
import { className } from './classes.ts';
import { volumesFor } from './volumes.ts';

/** A claim of the cluster, as far as it matters here. */
export interface StandingClaim {
  readonly name: string;
  readonly storageClass: string;
  /** Kubernetes' quantity, such as `10Gi`: what is asked for. */
  readonly size: string;
  /** What its volume has; undefined before it is bound. */
  readonly capacity?: string | undefined;
}

/** What the cluster holds of the product's storage. */
export interface StandingStorage {
  readonly claims: readonly StandingClaim[];
  /** Names of classes whose volumes do not grow. */
  readonly fixedClasses: ReadonlySet<string>;
  /** Name of each class → its provisioner. */
  readonly provisioners?: ReadonlyMap<string, string>;
}

/** A claim that the site wants otherwise than it is. */
export interface ClaimChange {
  /** `fixed`: it is to grow, and its class does not let it. */
  readonly kind: 'grow' | 'shrink' | 'class' | 'fixed';
  readonly claim: string;
  /** Id, label and class of the product's volume. */
  readonly volume: string;
  readonly label: string;
  readonly class: VolumeClass;
  /** Its stateful set, whose template Kubernetes does not change; undefined where the claim is alone. */
  readonly statefulSet?: string;
  readonly from: string;
  readonly to: string;
}

/** A claim that is to grow. Whole GiB; bytes more. */
export interface ClaimGrowth extends ClaimChange {
  readonly gib: number;
  readonly moreBytes: number;
}

/** What the site asks of claims that are there already: sizes and classes that differ. */
export function claimChanges(site: Site, product: Product, { claims, fixedClasses }: StandingStorage): ClaimChange[] {
  const sizes = new Map(volumesFor(site, product).map((volume) => [volume.id, volume.gib]));
  return productClaims(site, product, claims).flatMap(({ part, volume, own }) => {
    const wanted = {
      gib: sizes.get(volume.id) ?? volume.defaultGiB,
      storageClass: className(site.storage, product, volume.class),
    };
    return own.flatMap((claim) => changeOf(claim, part, volume, { ...wanted, fixedClasses }) ?? []);
  });
}

/** Each volume of the product with the claims that it has. */
function productClaims(site: Site, product: Product, claims: readonly StandingClaim[]) {
  const counts = instanceCounts(product, site.nodes);
  const parts = chartParts(product, { release: product.release, features: site.features, counts });
  return parts.flatMap(({ name, volumes }) =>
    volumes.map((volume) => ({ part: name, volume, own: ownedClaims(claims, name, volume.claim) })),
  );
}

/** Volume id → the sizes in bytes that its claims ask for or have, the largest first: a volume that grows takes the difference. */
export function claimedSizes(
  site: Site,
  product: Product,
  { claims }: Pick<StandingStorage, 'claims'>,
): ReadonlyMap<string, readonly number[]> {
  const sizes = productClaims(site, product, claims).map(({ volume, own }): [string, readonly number[]] => {
    const bytes = own.flatMap(({ size, capacity = size }) => [quantityBytes(size) ?? 0, quantityBytes(capacity) ?? 0]);
    return [volume.id, [...new Set(bytes)].toSorted((one, other) => other - one)];
  });
  return new Map(sizes.filter(([, bytes]) => bytes.length > 0));
}

/** Those that can grow, with how much. */
export function claimGrowth(changes: readonly ClaimChange[]): ClaimGrowth[] {
  return changes.flatMap((change) => {
    const [from, to] = [quantityBytes(change.from), quantityBytes(change.to)];
    if (change.kind !== 'grow' || from === undefined || to === undefined) return [];
    return [{ ...change, gib: to / gibibyte, moreBytes: to - from }];
  });
}

/** The claim of that name, and those of a stateful set's template: also where the class, and so the kind, was another. */
function ownedClaims(claims: readonly StandingClaim[], part: string, claim: string): StandingClaim[] {
  const ofTemplate = new RegExp(`^(data|${claim})-${part}-\\d+$`);
  return claims.filter(({ name }) => name === claim || name === part || ofTemplate.test(name));
}

interface Wanted {
  readonly gib: number;
  readonly storageClass: string;
  readonly fixedClasses: ReadonlySet<string>;
}

function changeOf(
  { name, storageClass, size }: StandingClaim,
  part: string,
  volume: { readonly id: string; readonly label: string; readonly class: VolumeClass },
  wanted: Wanted,
): ClaimChange | undefined {
  const set = /-\d+$/.test(name) ? { statefulSet: part } : {};
  const base = { claim: name, volume: volume.id, label: volume.label, class: volume.class, ...set };
  if (storageClass !== wanted.storageClass) {
    return { ...base, kind: 'class', from: storageClass, to: wanted.storageClass };
  }
  const bytes = quantityBytes(size);
  const to = wanted.gib * gibibyte;
  if (bytes === undefined || bytes === to) return undefined;
  const grows = wanted.fixedClasses.has(storageClass) ? 'fixed' : 'grow';
  return { ...base, kind: bytes < to ? grows : 'shrink', from: size, to: `${wanted.gib}Gi` };
}
