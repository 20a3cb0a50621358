import { Fault } from '../errors/fault.ts';
import { defined } from '../text/defined.ts';
import { onceFor } from '../text/once.ts';
import type { AccessMode, ComponentKind, Instances, MachineSize, Product, VolumeClass } from './schema.ts';

export interface FeatureSet {
  /** Whether a document of the vendor shows this set, or it is inferred. */
  readonly evidence: 'seen' | 'assumed';
  /** What it rests on, in words. */
  readonly source?: string;
  /** In the order in which they are asked. */
  readonly volumes: readonly FeatureVolume[];
}

export interface FeatureVolume {
  readonly id: string;
  readonly label: string;
  readonly class: VolumeClass;
  readonly defaultGiB: number;
  readonly access: AccessMode;
  /** Id of the component that mounts it. */
  readonly component: string;
  readonly help?: string;
}

export interface EnabledComponent {
  readonly id: string;
  readonly label: string;
  readonly kind: ComponentKind;
  readonly instances: Instances;
}

const setsOf = onceFor((product: Product) =>
  onceFor((features: readonly string[]) => readFeatureSet(product, features)),
);

/** What a set of features stores, worked out once for a site. Throws `Fault` for a feature that the product does not have. */
export const featureSet = (product: Product, features: readonly string[]): FeatureSet => setsOf(product)(features);

function readFeatureSet(product: Product, features: readonly string[]): FeatureSet {
  const row = product.featureSets.find((candidate) => sameSet(candidate.features, features));
  if (row === undefined) {
    const ids = product.features.map((feature) => feature.id);
    throw new Fault({
      what: `${product.name} has no set of features [${features.join(', ')}].`,
      where: product.file,
      next: [ids.length === 0 ? 'It has no features: features: []' : `Choose among: ${ids.join(', ')}`],
    });
  }
  const volumes = product.volumes.flatMap((volume) => {
    const entry = row.volumes.find((candidate) => candidate.id === volume.id);
    return entry === undefined ? [] : [{ ...described(volume), class: entry.class }];
  });
  return { evidence: row.evidence, ...defined({ source: row.source }), volumes };
}

/** The components that run with these features, each of one of the three kinds. */
export function enabledComponents(product: Product, features: readonly string[]): EnabledComponent[] {
  const { volumes } = featureSet(product, features);
  return product.components
    .filter((component) => component.features.length === 0 || component.features.some((id) => features.includes(id)))
    .map(({ id, label, kind, instances }) => {
      const stored = volumes.find((volume) => volume.component === id)?.class ?? 'unshared';
      return {
        id,
        label,
        kind: kind === 'by-volume' ? kindOf(stored) : kind,
        instances: typeof instances === 'object' ? instances[stored] : instances,
      };
    });
}

export interface Requirements {
  /** Below it a node fails. */
  readonly floor: MachineSize;
  /** Below it a node is warned of; the floor itself where nothing more is recommended. */
  readonly recommended: MachineSize;
}

/** What each node must and should have with these features. */
export function requirements(
  product: Product,
  features: readonly string[],
  role: 'manager' | 'worker' = 'manager',
): Requirements {
  const floor = role === 'worker' ? (product.nodes.workerFloor ?? product.nodes.floor) : product.nodes.floor;
  const rows = product.nodes.recommended.filter((row) => row.features.every((feature) => features.includes(feature)));
  const most = (pick: (size: MachineSize) => number) => Math.max(pick(floor), ...rows.map(pick));
  return {
    floor,
    recommended: {
      cores: most((size) => size.cores),
      memoryGiB: most((size) => size.memoryGiB),
      diskGiB: most((size) => size.diskGiB),
      rootGiB: most((size) => size.rootGiB),
    },
  };
}

/** Every subset, the empty one first. */
export function allSets(ids: readonly string[]): string[][] {
  return ids.reduce<string[][]>((sets, id) => sets.concat(sets.map((set) => [...set, id])), [[]]);
}

export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a);
  const right = new Set(b);
  return left.size === right.size && [...left].every((id) => right.has(id));
}

function kindOf(volume: VolumeClass): ComponentKind {
  return volume === 'shared' ? 'stateful-shared' : 'stateful-lvm';
}

function described(volume: Product['volumes'][number]): Omit<FeatureVolume, 'class'> {
  const { id, label, component, defaultGiB, access, help } = volume;
  return { id, label, component, defaultGiB, access, ...defined({ help }) };
}
