import { describe, expect, test } from 'vitest';
import type { BlockDeviceFacts } from '../../source/facts/facts.ts';
import { readFacts } from '../../source/facts/parts.ts';
import { probeText, readSections } from '../../source/facts/probe.ts';
import {
  device,
  gib,
  group,
  json,
  logical,
  physical,
  type Recording,
  report,
  said,
  ubuntu,
} from './recorded/ubuntu.ts';

const look = (more: Recording = {}) => {
  const { storage, problems } = readFacts(readSections(probeText({ ...ubuntu, ...more })), 0, 0);
  return { storage: storage ?? expect.fail('no storage'), problems };
};

/** The tree as an indented list of names. */
const drawn = (devices: readonly BlockDeviceFacts[], indent = ''): string[] =>
  devices.flatMap(({ name, children }) => [indent + name, ...drawn(children, `${indent}  `)]);

describe('the guided layout of Ubuntu', () => {
  const { storage } = look();

  test('the volume group with what is free in it', () => {
    expect(storage.volumeGroups).toEqual([
      {
        name: 'ubuntu-vg',
        uuid: 'uuid-of-ubuntu-vg',
        sizeBytes: 1_022_504_337_408,
        freeBytes: 915_126_943_744,
        extentBytes: 4 * 1024 ** 2,
        missingPhysicalVolumes: 0,
        exported: false,
        devices: ['/dev/sda3'],
      },
    ]);
    expect(storage.logicalVolumes).toMatchObject([
      { name: 'ubuntu-lv', sizeBytes: 100 * gib, path: '/dev/ubuntu-vg/ubuntu-lv', tags: [] },
    ]);
  });

  test('disks with what is on them; a drive without a medium is none', () => {
    expect(drawn(storage.disks)).toEqual(['loop0', 'sda', '  sda1', '  sda2', '  sda3', '    ubuntu--vg-ubuntu--lv']);
    expect(storage.disks[1]).toMatchObject({
      model: 'SAMSUNG MZ7L31T0',
      serial: 'S6ESNX0T123456',
      transport: 'sata',
      rotational: false,
      mountPoints: [],
    });
    expect(storage.disks[1]?.children[1]).toMatchObject({ fsType: 'ext4', mountPoints: ['/boot'] });
  });

  test('the root file system and the room for snaps', () => {
    expect(storage).toMatchObject({
      root: { device: '/dev/mapper/ubuntu--vg-ubuntu--lv', sizeBytes: 105_089_261_568, freeBytes: 91_207_000_064 },
      snapFreeBytes: 91_207_000_064,
    });
  });

  test('a /var/snap of its own', () => {
    const df = said('Filesystem 1B-blocks Avail Mounted on\n/dev/sda2 100 50 /\n/dev/sdc1 900 700 /var/snap\n');
    expect(look({ df }).storage).toMatchObject({ root: { freeBytes: 50 }, snapFreeBytes: 700 });
  });
});

describe('free space is what can really be allocated', () => {
  const two = (second: Record<string, string>, attributes = 'wz--n-') => ({
    vgs: report('vg', [
      group('data', {
        vg_free: String(60 * gib),
        vg_attr: attributes,
        vg_missing_pv_count: second.pv_missing ? '1' : '0',
      }),
    ]),
    pvs: report('pv', [
      physical('/dev/sdb', 'data', { pv_free: String(20 * gib) }),
      physical('/dev/sdc', 'data', { pv_free: String(40 * gib), ...second }),
    ]),
  });

  test.each([
    ['two good volumes', {}, 'wz--n-', 60],
    [
      'one is missing, and LVM still counts it',
      { pv_name: '[unknown]', pv_attr: 'a-m', pv_missing: 'missing' },
      'wz-pn-',
      20,
    ],
    ['one may not be allocated from', { pv_attr: 'u--', pv_allocatable: '' }, 'wz--n-', 20],
    ['one is a duplicate', { pv_attr: 'd--', pv_duplicate: 'duplicate' }, 'wz--n-', 20],
    ['the group is exported', {}, 'wzx-n-', 0],
  ])('%s', (_, second, attributes, free) => {
    const [found] = look(two(second, attributes)).storage.volumeGroups;
    expect(found?.freeBytes).toBe(free * gib);
    expect(found?.exported).toBe(attributes.includes('x'));
  });

  test('two groups of one name have each its own free space', () => {
    const { storage } = look({
      vgs: report('vg', [group('data'), group('data', { vg_uuid: 'uuid-of-other' })]),
      pvs: report('pv', [
        physical('/dev/sdb', 'data', { vg_uuid: 'uuid-of-data', pv_free: String(20 * gib) }),
        physical('/dev/sdc', 'data', { vg_uuid: 'uuid-of-other', pv_free: String(40 * gib) }),
      ]),
    });
    expect(storage.volumeGroups).toMatchObject([
      { freeBytes: 20 * gib, devices: ['/dev/sdb'] },
      { freeBytes: 40 * gib, devices: ['/dev/sdc'] },
    ]);
  });

  test('an orphan physical volume is in no group and free for none', () => {
    const { storage } = look({ pvs: report('pv', [physical('/dev/sda3', 'ubuntu-vg'), physical('/dev/sdd', '')]) });
    expect(storage.volumeGroups[0]?.freeBytes).toBe(915_126_943_744);
    expect(storage.physicalVolumes[1]).toMatchObject({ name: '/dev/sdd', volumeGroup: '' });
  });

  test('warnings beside the report do not spoil it', () => {
    const warned = report(
      'vg',
      [group('data')],
      "  WARNING: Couldn't find device with uuid abc.\n  WARNING: VG data is missing PV abc.",
    );
    const { storage, problems } = look({ vgs: warned });
    expect(storage.volumeGroups).toHaveLength(1);
    expect(problems).toEqual({});
  });
});

describe('a thin pool', () => {
  const thin = (name: string, kname: string) => device(name, 'lvm', 20 * gib, { kname });
  const pool = (children: unknown[]) => device('data-pool-tpool', 'lvm', 50 * gib, { kname: 'dm-3', children });
  const volumes = [thin('data-one', 'dm-5'), thin('data-two', 'dm-6')];
  const { storage } = look({
    lsblk: json({
      blockdevices: [
        device('sdb', 'disk', 100 * gib, {
          children: [
            device('data-pool_tmeta', 'lvm', 0.1 * gib, { kname: 'dm-1', children: [pool(volumes)] }),
            device('data-pool_tdata', 'lvm', 50 * gib, { kname: 'dm-2', children: [pool(volumes)] }),
          ],
        }),
      ],
    }),
    lvs: report('lv', [
      logical('pool', 'data', { segtype: 'thin-pool', lv_attr: 'twi-aotz--' }),
      logical('one', 'data', { pool_lv: 'pool', segtype: 'thin', lv_tags: 'kloudspot,shared' }),
      logical('[pool_tdata]', 'data', { lv_role: 'private,thin,pool,data' }),
      logical('[lvol0_pmspare]', 'data', { lv_role: 'private,pool,spare' }),
    ]),
  });

  test('each of its volumes is drawn once', () => {
    expect(drawn(storage.disks)).toEqual([
      'sdb',
      '  data-pool_tmeta',
      '    data-pool-tpool',
      '      data-one',
      '      data-two',
      '  data-pool_tdata',
    ]);
  });

  test('its hidden parts are not volumes of their own', () => {
    expect(storage.logicalVolumes.map(({ name, pool, tags }) => [name, pool, tags])).toEqual([
      ['pool', undefined, []],
      ['one', 'pool', ['kloudspot', 'shared']],
    ]);
  });
});

test('a volume across two disks stays under both: neither looks empty', () => {
  const spanning = device('data-wide', 'lvm', 150 * gib, { kname: 'dm-9' });
  const disks = ['sdb', 'sdc'].map((name) => device(name, 'disk', 100 * gib, { children: [spanning] }));
  expect(drawn(look({ lsblk: json({ blockdevices: disks }) }).storage.disks)).toEqual([
    'sdb',
    '  data-wide',
    'sdc',
    '  data-wide',
  ]);
});

describe('no LVM', () => {
  test('nothing set up: empty reports, no problem', () => {
    const { storage, problems } = look({ vgs: report('vg', []), pvs: report('pv', []), lvs: report('lv', []) });
    expect(storage).toMatchObject({ volumeGroups: [], physicalVolumes: [], logicalVolumes: [] });
    expect(problems).toEqual({});
  });

  test('lvm2 not installed: said, and disks are still seen', () => {
    const none = said('', 127, "timeout: failed to run command 'vgs': No such file or directory");
    const { storage, problems } = look({ vgs: none, pvs: none, lvs: none });
    expect(storage.disks).not.toEqual([]);
    expect(problems).toEqual({
      'volume groups': 'vgs: not installed',
      'physical volumes': 'pvs: not installed',
      'logical volumes': 'lvs: not installed',
    });
  });
});
