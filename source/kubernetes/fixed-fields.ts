import { isDeepStrictEqual } from 'node:util';
import { keyIn, type Manifest, nameOf } from './manifests.ts';

/** A change of an object that stands, which the API server never makes. */
export interface FixedChange {
  /** `StatefulSet kloudspot-kafka` */
  readonly object: string;
  readonly field: string;
}

/** What may change in the specification of a stateful set: its validation in kubernetes/pkg/apis/apps/validation. */
export const changeableOfSet: readonly string[] = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

/** Fields that never change on an object that stands, by its kind: the validations of the API server, and the API reference. */
const fixed: Readonly<Record<string, (object: Manifest, other: Manifest) => readonly string[]>> = {
  StatefulSet: (one, other) =>
    keysOf(one['spec'], other['spec'])
      .filter((key) => !changeableOfSet.includes(key))
      .map((key) => `spec.${key}`),
  Deployment: () => ['spec.selector'],
  DaemonSet: () => ['spec.selector'],
  ReplicaSet: () => ['spec.selector'],
  Job: () => ['spec.selector', 'spec.template', 'spec.completionMode'],
  PersistentVolumeClaim: () => ['spec.accessModes', 'spec.storageClassName', 'spec.volumeMode', 'spec.selector'],
  StorageClass: () => ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
  RoleBinding: () => ['roleRef'],
  ClusterRoleBinding: () => ['roleRef'],
  Service: () => ['spec.clusterIP'],
  Secret: (one) => ['type', ...(one['immutable'] === true ? ['data', 'stringData'] : [])],
  ConfigMap: (one) => (one['immutable'] === true ? ['data', 'binaryData'] : []),
};

/** Stateful sets that are removed without their pods and made again on the way: the sizes in their templates may change. */
type Remade = ReadonlySet<string>;

/**
 * What Kubernetes will refuse of a change from one rendering of a release to another. Helm changes what differs between the two, and
 * nothing else: an object of a chart that was changed by hand is not looked at.
 */
export function fixedChanges(
  before: readonly Manifest[],
  after: readonly Manifest[],
  { namespace, remade = new Set() }: { readonly namespace: string; readonly remade?: Remade },
): FixedChange[] {
  const old = new Map(before.map((each) => [keyIn(namespace, each), each]));
  return after.flatMap((each) => {
    const standing = old.get(keyIn(namespace, each));
    if (standing === undefined) return [];
    const fields = fixed[each.kind]?.(standing, each) ?? [];
    return fields
      .filter((field) => !isDeepStrictEqual(valueAt(standing, field, remade), valueAt(each, field, remade)))
      .map((field) => ({ object: nameOf(each), field }));
  });
}

const keysOf = (...objects: readonly unknown[]): string[] => [
  ...new Set(objects.flatMap((each) => Object.keys(Object(each)))),
];

function valueAt(object: Manifest, path: string, remade: Remade): unknown {
  const value = path.split('.').reduce<unknown>((inner, key) => Reflect.get(Object(inner), key), object);
  return path === 'spec.volumeClaimTemplates' && remade.has(object.metadata.name) ? withoutSizes(value) : value;
}

function withoutSizes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSizes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'storage' ? '' : withoutSizes(inner)]),
  );
}
