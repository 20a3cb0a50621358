import type { KubeObject } from '../../model/cluster.ts';
import { hexOf } from '../../model/random.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { find, put, stamp } from '../store.ts';

/** Notes a warning about an object, once for each text. */
export function recordWarning(
  { cluster, now }: ReconcileContext,
  object: KubeObject,
  reason: string,
  message: string,
): void {
  const name = `${object.metadata.name}.${hexOf(`${object.metadata.uid}/${reason}/${message}`, 16)}`;
  if (find(cluster, 'Event', object.metadata.namespace, name) !== undefined) return;
  put(
    cluster,
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: object.metadata.namespace ?? 'default' },
      type: 'Warning',
      reason,
      message,
      involvedObject: { kind: object.kind, name: object.metadata.name, namespace: object.metadata.namespace },
      firstTimestamp: stamp(now),
      lastTimestamp: stamp(now),
      count: 1,
    },
    now,
  );
}
