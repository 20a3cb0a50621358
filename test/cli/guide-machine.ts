import type { StorageFacts } from '../../source/facts/facts.ts';
import { device, GiB, healthyStorage } from '../facts-fixtures.ts';

/*
 * The machine on which the installation guide's first transcript of `kloudspot storage estimate` was taken.
 */

export const group = (name: string, size: number, free: number, on: string) => ({
  ...(healthyStorage().volumeGroups[0] ?? never()),
  name,
  sizeBytes: Math.round(size * GiB),
  freeBytes: Math.round(free * GiB),
  devices: [on],
});

function never(): never {
  throw new Error('the fixture has a volume group');
}

export const volume = (volumeGroup: string, name: string, size: number) => ({
  name,
  volumeGroup,
  uuid: `${volumeGroup}-${name}`,
  sizeBytes: size * GiB,
  path: `/dev/${volumeGroup}/${name}`,
  tags: [],
});

/** The machine of the guide's first transcript. */
export const first: StorageFacts = {
  ...healthyStorage(),
  volumeGroups: [group('vg_data', 93.1, 87.1, '/dev/sdb1'), group('vg_share', 106.9, 0, '/dev/sdb2')],
  physicalVolumes: ['vg_data', 'vg_share'].map((volumeGroup, index) => ({
    name: `/dev/sdb${index + 1}`,
    uuid: `pv-${index}`,
    volumeGroup,
    sizeBytes: GiB,
    freeBytes: 0,
    missing: false,
    allocatable: true,
    duplicate: false,
  })),
  logicalVolumes: [volume('vg_share', 'shared', 100)],
  disks: [
    device('sda', 'disk', 50 * GiB, {
      children: [device('sda1', 'part', 2 ** 20), device('sda2', 'part', 50 * GiB - 2 ** 21, { mountPoints: ['/'] })],
    }),
    device('sdb', 'disk', 200 * GiB, {
      children: [
        device('sdb1', 'part', Math.round(93.1 * GiB)),
        device('sdb2', 'part', Math.round(106.9 * GiB), {
          children: [device('ubuntu--vg-shared', 'lvm', 100 * GiB, { path: '/dev/mapper/ubuntu--vg-shared' })],
        }),
      ],
    }),
  ],
};
