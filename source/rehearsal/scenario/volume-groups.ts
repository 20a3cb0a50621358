import type { Lvm } from '../model/machine.ts';
import { lvmUuidOf } from '../model/random.ts';
import { extentBytes, reservedBytes, volumePartition } from '../node/partitions.ts';
import type { ScenarioNode } from './schema.ts';

/** What LVM keeps for itself at the start of a physical volume. */
const metadataBytes = 1024 ** 2;

/** The volume groups of a freshly installed machine, and the volume that carries /. */
export function lvmOf(identity: string, disks: ScenarioNode['disks']): Lvm {
  const lvm: Lvm = { groups: [], physical: [], logical: [] };
  for (const disk of disks) {
    if (disk.use !== 'root' && disk.use !== 'group') continue;
    const partition = volumePartition(disk);
    const deviceBytes = disk.groupGiB ?? disk.sizeGiB - reservedBytes(disk.use);
    if (!lvm.groups.some((group) => group.name === disk.group)) {
      lvm.groups.push({ name: disk.group, uuid: lvmUuidOf(`vg/${identity}/${disk.group}`), extentBytes });
    }
    lvm.physical.push({
      name: `/dev/${partition}`,
      uuid: lvmUuidOf(`pv/${identity}/${partition}`),
      group: disk.group,
      deviceBytes: Math.floor(deviceBytes / 512) * 512,
      extents: Math.floor((deviceBytes - metadataBytes) / extentBytes),
    });
    if (disk.use === 'root') {
      lvm.logical.push({
        name: 'ubuntu-lv',
        uuid: lvmUuidOf(`lv/${identity}/ubuntu-lv`),
        group: disk.group,
        extents: Math.ceil(disk.rootGiB / extentBytes),
        tags: [],
        mount: '/',
        signature: 'ext4',
      });
    }
  }
  return lvm;
}
