import { onceFor } from '../../text/once.ts';
import type { Cluster, KubeObject } from '../model/cluster.ts';
import { uuidOf } from '../model/random.ts';
import { touch } from '../model/touched.ts';
import { anyKind, type Kind } from './kinds.ts';

/** The API server's storage of one cluster: objects by kind, namespace and name. */
export function keyOf(kind: Kind, namespace: string | undefined, name: string): string {
  return `${kind.plural}/${kind.namespaced ? (namespace ?? 'default') : ''}/${name}`;
}

/** Kind, namespace and name of an object stay; the controllers ask for the keys of all pods in each of their rounds. */
export const keyOfObject = onceFor(({ kind, metadata }: KubeObject): string =>
  keyOf(anyKind(kind), metadata.namespace, metadata.name),
);

export function find(
  cluster: Cluster,
  kind: string,
  namespace: string | undefined,
  name: string,
): KubeObject | undefined {
  return cluster.objects[keyOf(anyKind(kind), namespace, name)];
}

/** Keys of each plural in order, as far as they were asked for; a new or removed object of it invalidates them. */
const indexOf = onceFor((_objects: Cluster['objects']) => new Map<string, readonly string[]>());
/** The objects of each plural in that order; one that is replaced invalidates them too. */
const listsOf = onceFor((_objects: Cluster['objects']) => new Map<string, readonly KubeObject[]>());

function keysOf({ objects }: Cluster, plural: string): readonly string[] {
  const index = indexOf(objects);
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
export function list(cluster: Cluster, kind: string, namespace?: string): readonly KubeObject[] {
  const { plural } = anyKind(kind);
  if (namespace === undefined) return listOf(cluster, plural);
  const prefix = `${plural}/${namespace}/`;
  return keysOf(cluster, plural).flatMap((key) => (key.startsWith(prefix) ? (cluster.objects[key] ?? []) : []));
}

function listOf(cluster: Cluster, plural: string): readonly KubeObject[] {
  const { objects } = cluster;
  const lists = listsOf(objects);
  const all = lists.get(plural) ?? keysOf(cluster, plural).flatMap((key) => objects[key] ?? []);
  lists.set(plural, all);
  return all;
}

/** Keys of the pods that each of their owners has, in order; whatever makes, removes or hands over a pod invalidates it. */
const owners = new WeakMap<Cluster['objects'], ReadonlyMap<string, readonly string[]>>();

function keysByOwner(cluster: Cluster): ReadonlyMap<string, readonly string[]> {
  const known = owners.get(cluster.objects);
  if (known !== undefined) return known;
  const found = new Map<string, string[]>();
  for (const key of keysOf(cluster, 'pods')) {
    for (const { kind, name } of cluster.objects[key]?.metadata.ownerReferences ?? []) {
      const owner = `${kind}/${key.split('/')[1]}/${name}`;
      const keys = found.get(owner);
      if (keys === undefined) found.set(owner, [key]);
      else if (keys.at(-1) !== key) keys.push(key);
    }
  }
  owners.set(cluster.objects, found);
  return found;
}

/** The pods of a controller, in order of their names. */
export function podsOf(cluster: Cluster, kind: string, namespace: string | undefined, name: string): KubeObject[] {
  const keys = keysByOwner(cluster).get(`${kind}/${namespace ?? 'default'}/${name}`) ?? [];
  return keys.flatMap((key) => cluster.objects[key] ?? []);
}

/** Gives a pod to a controller, or to none. */
export function handOver(cluster: Cluster, pod: KubeObject, owner: KubeObject | undefined): void {
  if (owner === undefined) delete pod.metadata.ownerReferences;
  else pod.metadata.ownerReferences = [ownerReference(owner)];
  owners.delete(cluster.objects);
  touch(cluster.objects, keyOfObject(pod));
}

export const ownerReference = ({ apiVersion, kind, metadata }: KubeObject) => ({
  apiVersion,
  kind,
  name: metadata.name,
  controller: true,
});

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
  const { plural } = anyKind(object.kind);
  if (before === undefined) indexOf(cluster.objects).delete(plural);
  listsOf(cluster.objects).delete(plural);
  if (object.kind === 'Pod') owners.delete(cluster.objects);
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
  const { plural } = anyKind(object.kind);
  indexOf(cluster.objects).delete(plural);
  listsOf(cluster.objects).delete(plural);
  owners.delete(cluster.objects);
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
