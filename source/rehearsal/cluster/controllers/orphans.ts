import type { ReconcileContext } from '../reconcile-context.ts';
import { find, keyOfObject, list, remove } from '../store.ts';
import { dismiss } from './workloads.ts';

/** Pods whose owner is gone are deleted; so is all that a namespace held. */
export function reconcileOrphans(context: ReconcileContext): void {
  const { cluster, now } = context;
  for (const pod of list(cluster, 'Pod')) {
    const owner = pod.metadata.ownerReferences?.[0];
    if (owner === undefined || find(cluster, owner.kind, pod.metadata.namespace, owner.name) !== undefined) continue;
    dismiss(context, pod);
  }
  for (const namespace of list(cluster, 'Namespace')) {
    if (namespace.metadata.deletionTimestamp === undefined) continue;
    const due = cluster.due[keyOfObject(namespace)] ?? now;
    if (due > now) {
      context.wake(due);
      continue;
    }
    for (const object of Object.values(cluster.objects)) {
      if (object.metadata.namespace === namespace.metadata.name) remove(cluster, object);
    }
    remove(cluster, namespace);
    cluster.resourceVersion += 1;
  }
}
