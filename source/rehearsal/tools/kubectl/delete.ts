import { type Kind, printed } from '../../cluster/kinds.ts';
import { changed, find, handOver, keyOfObject, list, podsOf, remove, stamp } from '../../cluster/store.ts';
import type { Cluster, KubeObject } from '../../model/cluster.ts';
import { lastValue, refuse, type Steps } from '../call.ts';
import type { Kubectl } from './request.ts';
import { notFound, objectsOf, targetsOf } from './targets.ts';

/** ms that Kubernetes takes to empty a namespace. */
const namespaceMs = 7_000;
const lookAgainMs = 1_000;

/** `kubectl delete KIND NAME… [--ignore-not-found] [--wait=true|false]`; waits unless `--wait=false`. */
export function* deleteObjects(kubectl: Kubectl): Steps {
  const { call, options, words, selector } = kubectl;
  if (lastValue(options, '-f', '--filename') !== undefined)
    return refuse(call, 'error: delete -f is not part of this rehearsal');
  const targets = kubectl.see((cluster) => targetsOf(cluster, words));
  if (typeof targets === 'string') return refuse(call, targets);
  const [first] = targets;
  if (first?.name === undefined && selector === undefined && !options.flags.has('--all')) {
    return refuse(call, 'error: resource(s) were provided, but no name was specified');
  }
  yield 150;
  const tolerant = options.flags.has('--ignore-not-found') || lastValue(options, '--ignore-not-found') === 'true';
  let code = 0;
  const gone: KubeObject[] = [];
  for (const target of targets) {
    const objects = kubectl.change((cluster, now) => {
      const found = objectsOf(kubectl, cluster, target);
      for (const object of found) {
        if (lastValue(options, '--cascade') === 'orphan') letGo(cluster, object);
        begin(cluster, object, now);
      }
      return found;
    });
    gone.push(...objects);
    for (const object of objects) call.out(`${deleted(target.kind, object)}\n`);
    if (objects.length === 0 && target.name !== undefined && !tolerant)
      code = refuse(call, notFound(target.kind, target.name));
  }
  if (gone.length === 0 && targets.every(({ name }) => name === undefined)) call.out('No resources found\n');
  if (lastValue(options, '--wait') !== 'false') {
    const there = (object: KubeObject) =>
      kubectl.see(
        (cluster) =>
          find(cluster, object.kind, object.metadata.namespace, object.metadata.name)?.metadata.uid ===
          object.metadata.uid,
      );
    while (gone.some(there)) yield lookAgainMs;
  }
  return code;
}

/** What it owns stays, without an owner. */
function letGo(cluster: Cluster, { kind, metadata }: KubeObject): void {
  for (const pod of podsOf(cluster, kind, metadata.namespace, metadata.name)) handOver(cluster, pod, undefined);
}

function deleted(kind: Kind, object: KubeObject): string {
  const [name = '', id = ''] = printed(kind, object.metadata.name).split('/');
  const from = object.metadata.namespace === undefined ? '' : ` from ${object.metadata.namespace} namespace`;
  return `${name} "${id}" deleted${from}`;
}

/** Pods, claims and namespaces go when what they hold is gone; anything else goes at once. */
export function begin(cluster: Cluster, object: KubeObject, now: number): void {
  changed(cluster, object);
  if (object.kind === 'Pod' || object.kind === 'PersistentVolumeClaim') {
    object.metadata.deletionTimestamp ??= stamp(now);
    return;
  }
  if (object.kind === 'Namespace') {
    object.metadata.deletionTimestamp ??= stamp(now);
    object['status'] = { phase: 'Terminating' };
    cluster.due[keyOfObject(object)] = now + namespaceMs;
    for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet']) {
      for (const workload of list(cluster, kind, object.metadata.name)) remove(cluster, workload);
    }
    return;
  }
  remove(cluster, object);
}
