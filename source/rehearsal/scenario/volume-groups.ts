import { defined } from '../../text/defined.ts';
import type { Lvm } from '../model/machine.ts';
import { lvmUuidOf } from '../model/random.ts';
import { extentBytes, partitionName } from '../node/partitions.ts';
import { partitionsOf } from './disk-layout.ts';
import type { ScenarioNode } from './schema.ts';

/** What LVM keeps for itself at the start of a physical volume. */
const metadataBytes = 1024 ** 2;

/** The volume groups of a freshly installed machine, the volume that carries /, and volumes made before. */
export function lvmOf(identity: string, { disks, volumes }: Pick<ScenarioNode, 'disks' | 'volumes'>): Lvm {
  const lvm: Lvm = { groups: [], physical: [], logical: [] };
  for (const disk of disks) {
    for (const [index, { group, sizeBytes }] of partitionsOf(disk).entries()) {
      if (group !== undefined) addPhysical(lvm, identity, partitionName(disk.name, index + 1), group, sizeBytes);
    }
    if (disk.use === 'root' && !disk.partitions) {
      const root = { group: disk.group, name: 'ubuntu-lv', sizeGiB: disk.rootGiB, mount: '/', fsType: 'ext4' };
      addLogical(lvm, identity, { ...root, tags: [] });
    }
  }
  for (const volume of volumes) addLogical(lvm, identity, volume);
  return lvm;
}

function addPhysical(lvm: Lvm, identity: string, partition: string, group: string, deviceBytes: number): void {
  if (!lvm.groups.some(({ name }) => name === group)) {
    lvm.groups.push({ name: group, uuid: lvmUuidOf(`vg/${identity}/${group}`), extentBytes });
  }
  lvm.physical.push({
    name: `/dev/${partition}`,
    uuid: lvmUuidOf(`pv/${identity}/${partition}`),
    group,
    deviceBytes,
    extents: Math.floor((deviceBytes - metadataBytes) / extentBytes),
  });
}

function addLogical(lvm: Lvm, identity: string, volume: ScenarioNode['volumes'][number]): void {
  const { group, name, sizeGiB, mount, fsType, tags } = volume;
  lvm.logical.push({
    name,
    uuid: lvmUuidOf(`lv/${identity}/${name}`),
    group,
    extents: Math.ceil(sizeGiB / extentBytes),
    tags: [...tags],
    ...defined({ mount, signature: fsType }),
  });
}
