import { extentOf } from '../../node/partitions.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { readDevice } from '../schemas.ts';
import { changed, find } from '../store.ts';
import { pathOf } from './block-devices.ts';
import { machineOfNode } from './nodes.ts';

/** Bytes of the device that a pool has taken since it was made; NDM's record keeps the size of that day. */
export const expandedTo = 'rehearsal.kloudspot/expanded-to';

/** `zpool online -e`: the pool takes all of its device as it is now. */
export function expandPool(
  { state, cluster }: Pick<ReconcileContext, 'state' | 'cluster'>,
  namespace: string,
  name: string,
): void {
  const instance = find(cluster, 'CStorPoolInstance', namespace, name);
  const node = instance?.metadata.labels?.['kubernetes.io/hostname'];
  const machine = node === undefined ? undefined : machineOfNode({ state, cluster }, node);
  const [device] = JSON.stringify(instance?.['spec'] ?? {}).match(/blockdevice-[0-9a-f]{32}/) ?? [];
  const record = device === undefined ? undefined : find(cluster, 'BlockDevice', namespace, device);
  if (!instance || !machine || !record) return;
  const volume = machine.lvm.logical.find((one) => pathOf(one) === readDevice(record).path);
  if (!volume) return;
  const bytes = String(volume.extents * extentOf(machine, volume.group));
  instance.metadata.annotations = { ...instance.metadata.annotations, [expandedTo]: bytes };
  changed(cluster, instance);
}
