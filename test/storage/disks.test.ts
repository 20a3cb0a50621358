import { describe, expect, test } from 'vitest';
import type { BlockDeviceFacts, StorageFacts } from '../../source/facts/facts.ts';
import { blankDisks, diskRows, diskTree } from '../../source/storage/disks.ts';
import { existingVolume } from '../../source/storage/shared.ts';
import { device, GiB, healthyFacts, healthyStorage } from '../facts-fixtures.ts';

function storageOf(disks: readonly BlockDeviceFacts[], groups: Readonly<Record<string, string>> = {}): StorageFacts {
  return {
    ...healthyStorage(),
    disks,
    physicalVolumes: Object.entries(groups).map(([name, volumeGroup]) => ({
      name,
      volumeGroup,
      uuid: name,
      sizeBytes: GiB,
      freeBytes: 0,
      missing: false,
      allocatable: true,
      duplicate: false,
    })),
  };
}

test("the guide's disk tree", () => {
  const shared = device('ubuntu--vg-shared', 'lvm', 100 * GiB, { path: '/dev/mapper/ubuntu--vg-shared' });
  const storage = storageOf(
    [
      device('sda', 'disk', 50 * GiB, {
        children: [device('sda1', 'part', 2 ** 20), device('sda2', 'part', 50 * GiB - 2 ** 21, { mountPoints: ['/'] })],
      }),
      device('sdb', 'disk', 200 * GiB, {
        children: [
          device('sdb1', 'part', Math.round(93.1 * GiB)),
          device('sdb2', 'part', Math.round(106.9 * GiB), { children: [shared] }),
        ],
      }),
      device('loop0', 'loop', 60 * 2 ** 20, { mountPoints: ['/snap/core20/1'] }),
      device('sr0', 'rom', GiB),
    ],
    { '/dev/sdb1': 'vg_data', '/dev/sdb2': 'vg_share' },
  );
  expect(diskTree(storage)).toEqual([
    '/dev/sda (50G)',
    '  /dev/sda1 (1M)',
    '  /dev/sda2 (50G) mounted as /',
    '/dev/sdb (200G)',
    '  /dev/sdb1 (93.1G) in Volume Group vg_data',
    '  /dev/sdb2 (106.9G) in Volume Group vg_share',
    '    /dev/mapper/ubuntu--vg-shared (100G)',
  ]);
});

test('a volume on two disks and a thin volume that lsblk repeats stand there once', () => {
  const volume = device('vg-data', 'lvm', 20 * GiB);
  const thin = device('vg-thin', 'lvm', 5 * GiB);
  const pool = (name: string) => device(name, 'lvm', 9 * GiB, { children: [thin] });
  const storage = storageOf([
    device('sdb', 'disk', 10 * GiB, { children: [volume, pool('vg-pool_tdata')] }),
    device('sdc', 'disk', 10 * GiB, { children: [volume, pool('vg-pool_tmeta')] }),
  ]);
  const names = diskRows(storage).map((row) => row.device.name);
  expect(names).toEqual(['sdb', 'vg-data', 'vg-pool_tdata', 'vg-thin', 'sdc', 'vg-pool_tmeta']);
});

describe('what a disk can be used for', () => {
  const cases: readonly [string, BlockDeviceFacts, string][] = [
    ['blank', device('sdb', 'disk', 500 * GiB), 'blank'],
    ['mounted', device('sdb', 'disk', GiB, { mountPoints: ['/srv'] }), 'mounted as /srv'],
    ['swap in use', device('sdb', 'disk', GiB, { mountPoints: ['[SWAP]'] }), 'used as swap'],
    ['partitioned', device('sdb', 'disk', GiB, { children: [device('sdb1', 'part', GiB)] }), 'has partitions'],
    ['a file system', device('sdb', 'disk', GiB, { fsType: 'ext4' }), 'holds ext4'],
    ['encrypted', device('sdb', 'disk', GiB, { fsType: 'crypto_LUKS' }), 'encrypted'],
    ['RAID', device('sdb', 'disk', GiB, { fsType: 'linux_raid_member' }), 'part of a RAID'],
    ['an old pool', device('sdb', 'disk', GiB, { fsType: 'zfs_member' }), 'belongs to ZFS or an old storage pool'],
    ['a stick', device('sdb', 'disk', 64 * GiB, { removable: true }), 'removable'],
    ['a USB SSD', device('sdb', 'disk', 256 * GiB, { transport: 'usb', model: 'Portable SSD' }), 'attached by USB'],
    ['a memory card', device('mmcblk0', 'disk', 32 * GiB, { transport: 'mmc' }), 'a memory card'],
    ['a zvol', device('zd0', 'disk', 50 * GiB), 'a ZFS volume'],
    ['persistent memory', device('pmem0', 'disk', 16 * GiB), 'persistent memory'],
    ['multipath', device('mpathb', 'mpath', 500 * GiB), 'a multipath device'],
    ['md', device('md0', 'raid1', 500 * GiB), 'a software RAID (RAID 1)'],
    ['read-only', device('sdb', 'disk', GiB, { readOnly: true }), 'read-only'],
    ['tiny', device('sdb', 'disk', 2 ** 20), 'too small'],
  ];
  test.each(cases)('%s', (_, disk, why) => {
    const [row] = diskRows(storageOf([disk]));
    expect([row?.why, row?.usable]).toEqual([why, why === 'blank']);
  });

  test('twins that cannot be told apart are refused', () => {
    const storage = storageOf([
      device('sdb', 'disk', 500 * GiB, { wwn: '0x5000' }),
      device('sdc', 'disk', 500 * GiB, { wwn: '0x5000' }),
    ]);
    expect(diskRows(storage).map(({ why }) => why)).toEqual(['same WWN as /dev/sdc', 'same WWN as /dev/sdb']);
    expect(blankDisks(storage)).toEqual([]);
  });

  test('devices that the cluster attached are hidden', () => {
    const iscsi = device('sdd', 'disk', 10 * GiB, { transport: 'iscsi', model: 'OpenEBS cStor' });
    expect(diskRows(storageOf([iscsi]))).toEqual([]);
  });
});

test('what stands on the volume of the pool is told', () => {
  const storage = healthyStorage();
  const place = { group: 'ubuntu-vg', volume: 'ubuntu-lv' };
  expect(existingVolume(place, healthyFacts('ks-1', { storage }))).toMatchObject({ contents: 'ext4, mounted on /' });
  expect(existingVolume({ group: 'ubuntu-vg', volume: 'shared' }, healthyFacts('ks-1'))).toBeUndefined();
});
