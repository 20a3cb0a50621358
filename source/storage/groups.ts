import type { StorageFacts, VolumeGroupFacts } from '../facts/facts.ts';
import { defaultGroup } from '../site/default-group.ts';
import { gibibyte } from './bytes.ts';

/** Why a volume group cannot be used although it is there. */
export interface GroupTrouble {
  readonly what: string;
  readonly advice: string;
}

export function findGroup(storage: StorageFacts, name: string): VolumeGroupFacts | undefined {
  return storage.volumeGroups.find((group) => group.name === name);
}

/** What stops a group from taking volumes. `docs/storage.md`; vgs(8), pvs(8). */
export function groupTrouble(storage: StorageFacts, group: VolumeGroupFacts): GroupTrouble | undefined {
  if (group.exported) {
    return { what: `${group.name} is exported.`, advice: `vgimport ${group.name}, if it belongs to this node` };
  }
  const twins = storage.physicalVolumes.filter((volume) => volume.volumeGroup === group.name && volume.duplicate);
  if (twins.length > 0) {
    return {
      what: `${group.name} has a duplicate physical volume (${twins.map((twin) => twin.name).join(', ')}).`,
      advice: 'Detach the copied disk; LVM cannot tell the two apart',
    };
  }
  if (storage.volumeGroups.some((other) => other.name === group.name && other.uuid !== group.uuid)) {
    return {
      what: `Two volume groups are called ${group.name}; LVM refuses commands that name it.`,
      advice: `Rename the one of the added disk by its UUID: vgs -o name,uuid,size; vgrename UUID NEWNAME`,
    };
  }
  if (group.missingPhysicalVolumes > 0) {
    return {
      what: `${group.name} is missing ${plural(group.missingPhysicalVolumes, 'physical volume')}.`,
      advice: `Bring the disk back, or drop it knowingly: vgreduce --removemissing ${group.name}`,
    };
  }
  return undefined;
}

/** Kept free in a group for the growth of / and for LVM snapshots: the larger of 10 GiB and 5 %. `docs/storage.md`. */
export function reserveOf(group: VolumeGroupFacts): number {
  return Math.max(10 * gibibyte, Math.ceil(group.sizeBytes / 20));
}

/**
 * The group that volumes without a site go to: the one that Ubuntu's installer makes, if it has free space,
 * else the one with the most free space.
 */
export function likelyGroup(storage: StorageFacts): string | undefined {
  const whole = storage.volumeGroups.filter((group) => !groupTrouble(storage, group));
  const usual = whole.find((group) => group.name === defaultGroup && group.freeBytes > 0);
  const roomiest = [...whole].sort((a, b) => b.freeBytes - a.freeBytes)[0];
  return (usual ?? roomiest)?.name;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
