import { createHash } from 'node:crypto';
import { mapperName, mapperPath } from '../../../facts/mapper-name.ts';
import type { KubeObject } from '../../model/cluster.ts';
import type { Machine } from '../../model/machine.ts';
import { extentOf } from '../../node/partitions.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { isReady, readPod } from '../schemas.ts';
import { filterMap } from '../storage-names.ts';
import { find, list, put } from '../store.ts';
import { machineOfNode } from './nodes.ts';

/**
 * NDM on each node records the logical volumes that its filter lets through.
 * Other devices are not shown to it by any filter that we write, so they are left out.
 */
export function reconcileBlockDevices(context: ReconcileContext): void {
  for (const pod of list(context.cluster, 'Pod')) {
    if (
      !isReady(pod) ||
      !pod.metadata.name.startsWith('openebs-ndm-') ||
      pod.metadata.name.startsWith('openebs-ndm-operator')
    )
      continue;
    const node = readPod(pod).nodeName;
    const machine = node === undefined ? undefined : machineOfNode(context, node);
    const namespace = pod.metadata.namespace ?? 'openebs';
    if (node === undefined || machine === undefined) continue;
    for (const volume of machine.lvm.logical) {
      const path = pathOf(volume);
      if (volume.mount !== undefined || !admits(context, namespace, path, `/dev/${volume.group}/${volume.name}`))
        continue;
      record(context, machine, node, namespace, volume, path);
    }
  }
}

export function pathOf(volume: { readonly group: string; readonly name: string }): string {
  return mapperPath(volume.group, volume.name);
}

function admits({ cluster }: ReconcileContext, namespace: string, path: string, link: string): boolean {
  const data = find(cluster, 'ConfigMap', namespace, filterMap)?.['data'];
  const words = (key: string) => {
    const text =
      typeof data === 'object' && data !== null ? Object.entries(data).find(([name]) => name === key)?.[1] : undefined;
    return typeof text === 'string' ? text.split(',').filter((word) => word !== '') : [];
  };
  const include = words('include');
  const excluded = words('exclude').some((word) => path.includes(word) || '/dev/dm-0'.includes(word));
  return !excluded && (include.length === 0 || include.some((word) => path.includes(word) || link === word));
}

function record(
  { cluster, now }: ReconcileContext,
  machine: Machine,
  node: string,
  namespace: string,
  volume: Machine['lvm']['logical'][number],
  path: string,
): void {
  const group = machine.lvm.groups.find((one) => one.name === volume.group);
  const uuid = `LVM-${group?.uuid ?? ''}${volume.uuid}`.replaceAll('-', '').replace(/^LVM/, 'LVM-');
  const name = `blockdevice-${createHash('md5').update(uuid).digest('hex')}`;
  if (find(cluster, 'BlockDevice', namespace, name) !== undefined) return;
  const links = [`dm-name-${mapperName(volume.group, volume.name)}`, `dm-uuid-${uuid}`];
  const storage = volume.extents * extentOf(machine, volume.group);
  const labels = {
    'kubernetes.io/hostname': node,
    'ndm.io/managed': 'true',
    'ndm.io/blockdevice-type': 'blockdevice',
  };
  const device: KubeObject = {
    apiVersion: 'openebs.io/v1alpha1',
    kind: 'BlockDevice',
    metadata: { name, namespace, labels },
    spec: {
      path,
      capacity: { storage, logicalSectorSize: 512, physicalSectorSize: 512 },
      details: { deviceType: 'lvm', driveType: 'SSD' },
      devlinks: [{ kind: 'by-id', links: links.map((link) => `/dev/disk/by-id/${link}`) }],
      filesystem: {},
      nodeAttributes: { nodeName: node },
    },
    status: { claimState: 'Unclaimed', state: 'Active' },
  };
  put(cluster, device, now);
}
