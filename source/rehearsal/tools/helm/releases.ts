import { kindOf } from '../../cluster/kinds.ts';
import { namespaceObject } from '../../cluster/manifests.ts';
import { find, keyOfObject, put } from '../../cluster/store.ts';
import type { Cluster, KubeObject, Release, ReleaseRevision } from '../../model/cluster.ts';
import { begin } from '../kubectl/delete.ts';

export function releaseOf(cluster: Cluster, name: string, namespace: string): Release | undefined {
  return cluster.releases.find((one) => one.name === name && one.namespace === namespace);
}

export function latest(release: Release): ReleaseRevision | undefined {
  return release.revisions.at(-1);
}

export function isPending(revision: ReleaseRevision | undefined): boolean {
  return revision?.status.startsWith('pending-') ?? false;
}

/** Adds a revision that is under way. */
export function begun(
  cluster: Cluster,
  name: string,
  namespace: string,
  revision: Omit<ReleaseRevision, 'revision' | 'firstDeployed'>,
): ReleaseRevision {
  let release = releaseOf(cluster, name, namespace);
  if (release === undefined) {
    release = { name, namespace, revisions: [] };
    cluster.releases.push(release);
  }
  const before = latest(release);
  const added = {
    ...revision,
    revision: (before?.revision ?? 0) + 1,
    firstDeployed: before?.firstDeployed ?? revision.lastDeployed,
  };
  release.revisions.push(added);
  return added;
}

/** Puts a chart's objects in place with Helm's labels; what only the revision before had is removed. Returns their keys. */
export function install(
  cluster: Cluster,
  now: number,
  release: Release,
  objects: readonly KubeObject[],
  before: readonly string[],
): string[] {
  const keys: string[] = [];
  for (const object of objects) {
    const kind = kindOf(cluster, object.apiVersion, object.kind);
    if (kind === undefined) continue;
    const standing = find(cluster, kind.kind, object.metadata.namespace, object.metadata.name);
    const kept = put(cluster, marked(standing === undefined ? object : changed(standing, object), release), now);
    keys.push(keyOfObject(kept));
  }
  drop(
    cluster,
    now,
    before.filter((key) => !keys.includes(key)),
  );
  return keys;
}

/** What the chart does not set stays: the status, the annotations of controllers, the volume that a claim is bound to. */
function changed(standing: KubeObject, object: KubeObject): KubeObject {
  const bound = object.kind === 'PersistentVolumeClaim' ? Object(standing['spec']) : {};
  return {
    ...object,
    ...(object['spec'] === undefined ? {} : { spec: { ...bound, ...Object(object['spec']) } }),
    ...(standing['status'] === undefined ? {} : { status: standing['status'] }),
    metadata: {
      ...object.metadata,
      annotations: { ...standing.metadata.annotations, ...object.metadata.annotations },
    },
  };
}

function marked(object: KubeObject, release: Release): KubeObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...object.metadata.annotations,
        'meta.helm.sh/release-name': release.name,
        'meta.helm.sh/release-namespace': release.namespace,
      },
    },
  };
}

/** Helm removes no definitions of kinds, and nothing that is marked to be kept. Returns the keys of what goes. */
export function drop(cluster: Cluster, now: number, keys: readonly string[]): string[] {
  return keys.filter((key) => {
    const object = cluster.objects[key];
    if (object === undefined || object.kind === 'CustomResourceDefinition') return false;
    if (object.metadata.annotations?.['helm.sh/resource-policy'] === 'keep') return false;
    begin(cluster, object, now);
    return true;
  });
}

export function ensureNamespace(cluster: Cluster, now: number, name: string): void {
  if (find(cluster, 'Namespace', undefined, name) === undefined) put(cluster, namespaceObject(name), now);
}
