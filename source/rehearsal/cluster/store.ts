import type { Cluster, KubeObject } from '../model/cluster.ts';
import { uuidOf } from '../model/random.ts';
import { touch } from '../model/touched.ts';
import { anyKind, type Kind } from './kinds.ts';

/** The API server's storage of one cluster: objects by kind, namespace and name. */
export function keyOf(kind: Kind, namespace: string | undefined, name: string): string {
  return `${kind.plural}/${kind.namespaced ? (namespace ?? 'default') : ''}/${name}`;
}

export function keyOfObject(object: KubeObject): string {
  return keyOf(anyKind(object.kind), object.metadata.namespace, object.metadata.name);
}

export function find(
  cluster: Cluster,
  kind: string,
  namespace: string | undefined,
  name: string,
): KubeObject | undefined {
  return cluster.objects[keyOf(anyKind(kind), namespace, name)];
}

/** Keys of each plural in order, as far as they were asked for; new and removed objects invalidate it. */
const indexes = new WeakMap<Cluster['objects'], Map<string, readonly string[]>>();

function keysOf({ objects }: Cluster, plural: string): readonly string[] {
  const index = indexes.get(objects) ?? new Map<string, readonly string[]>();
  indexes.set(objects, index);
  const known = index.get(plural);
  if (known !== undefined) return known;
  const prefix = `${plural}/`;
  const keys = Object.keys(objects)
    .filter((key) => key.startsWith(prefix))
    .sort();
  index.set(plural, keys);
  return keys;
}

/** All objects of a kind, of one namespace or of all, in order of namespace and name. */
export function list(cluster: Cluster, kind: string, namespace?: string): KubeObject[] {
  const { plural } = anyKind(kind);
  const keys = keysOf(cluster, plural);
  const prefix = `${plural}/${namespace}/`;
  const own = namespace === undefined ? keys : keys.filter((key) => key.startsWith(prefix));
  return own.flatMap((key) => cluster.objects[key] ?? []);
}

export const stamp = (now: number): string => `${new Date(now).toISOString().slice(0, 19)}Z`;

/** Puts a new object there, or replaces one as a whole. Metadata that the API server owns is filled in. */
export function put(cluster: Cluster, object: KubeObject, now: number): KubeObject {
  const key = keyOfObject(object);
  const before = cluster.objects[key];
  cluster.resourceVersion += 1;
  const changed = before === undefined || JSON.stringify(before['spec']) !== JSON.stringify(object['spec']);
  const kept: KubeObject = {
    ...object,
    metadata: {
      ...object.metadata,
      ...(anyKind(object.kind).namespaced ? { namespace: object.metadata.namespace ?? 'default' } : {}),
      uid: before?.metadata.uid ?? uuidOf(`${cluster.id}/${key}/${cluster.resourceVersion}`),
      creationTimestamp: before?.metadata.creationTimestamp ?? stamp(now),
      resourceVersion: String(cluster.resourceVersion),
      ...(object['spec'] === undefined ? {} : { generation: (before?.metadata.generation ?? 0) + (changed ? 1 : 0) }),
    },
  };
  if (before === undefined) indexes.delete(cluster.objects);
  cluster.objects[key] = kept;
  touch(cluster.objects, key);
  return kept;
}

/** An object of the cluster is changed in place: all that looks at it looks again. */
export function changed(cluster: Cluster, object: KubeObject): void {
  cluster.resourceVersion += 1;
  touch(cluster.objects, keyOfObject(object));
}

/** Changes an object's status; nothing happens when it is the same. */
export function putStatus(cluster: Cluster, object: KubeObject, status: unknown): void {
  if (JSON.stringify(object['status']) === JSON.stringify(status)) return;
  changed(cluster, object);
  object['status'] = status;
  object.metadata.resourceVersion = String(cluster.resourceVersion);
}

export function remove(cluster: Cluster, object: KubeObject): void {
  const key = keyOfObject(object);
  indexes.delete(cluster.objects);
  delete cluster.objects[key];
  touch(cluster.objects, key);
  delete cluster.due[key];
}

/** `a=b,c!=d,e,!f` against labels. */
export function selects(selector: string, labels: Readonly<Record<string, string>> | undefined): boolean {
  return selector
    .split(',')
    .map((part) => part.trim())
    .every((part) => {
      const [, name = '', sign = '', value = ''] = /^(!?[^=!]+?)\s*(?:(==?|!=)\s*(.*))?$/.exec(part) ?? [];
      if (sign === '')
        return name.startsWith('!') ? labels?.[name.slice(1)] === undefined : labels?.[name] !== undefined;
      return (labels?.[name] === value) === (sign !== '!=');
    });
}

export function matches(
  wanted: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  return Object.entries(wanted).every(([name, value]) => labels?.[name] === value);
}

/** Of a controller: `kind` and `name` of its owner. */
export function ownedBy(object: KubeObject, kind: string, name: string): boolean {
  return object.metadata.ownerReferences?.some((owner) => owner.kind === kind && owner.name === name) ?? false;
}
