import type { KubeObject } from '../../model/cluster.ts';
import { hexOf } from '../../model/random.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { find, put, stamp } from '../store.ts';

/** Notes a warning about an object, once for each text. */
export function recordWarning(context: ReconcileContext, object: KubeObject, reason: string, message: string): void {
  if (find(context.cluster, 'Event', object.metadata.namespace, nameOf(object, reason, message)) !== undefined) return;
  recordEvent(context, object, 'Warning', reason, message);
}

const nameOf = (object: KubeObject, reason: string, message: string): string =>
  `${object.metadata.name}.${hexOf(`${object.metadata.uid}/${reason}/${message}`, 16)}`;

/** Notes something about an object; the same again has a new time. */
export function recordEvent(
  { cluster, now }: ReconcileContext,
  object: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  const name = nameOf(object, reason, message);
  put(
    cluster,
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: object.metadata.namespace ?? 'default' },
      type,
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
