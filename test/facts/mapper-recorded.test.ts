import { expect, test } from 'vitest';
import { readFacts } from '../../source/facts/parts.ts';
import { probeText, readSections } from '../../source/facts/probe.ts';
import { poolCandidates } from '../../source/storage/candidates.ts';
import { diskTree } from '../../source/storage/disks.ts';
import { type MapperSituation, mapperReports } from './recorded/storage.ts';
import { ubuntu } from './recorded/ubuntu.ts';

/** A node whose lsblk and LVM say what was recorded: its tree, its volumes, and what could carry a pool of 1 GiB. */
function seen(situation: MapperSituation) {
  const recorded = mapperReports.of(situation);
  const { storage, problems } = readFacts(readSections(probeText({ ...ubuntu, ...recorded })), 0, 0);
  expect(problems).toEqual({});
  if (!storage) return expect.fail('no storage');
  const candidates = poolCandidates(storage, { neededGiB: 1, group: 'ubuntu-vg', volume: 'shared' });
  return {
    tree: diskTree(storage),
    volumes: storage.logicalVolumes.map(({ volumeGroup, name }) => `${volumeGroup}/${name}`).toSorted(),
    usable: candidates.flatMap(({ usable, name }) => (usable ? [name] : [])),
  };
}

const partitions = [
  '/dev/ubdb (8G)',
  '  /dev/ubdb1 (1G) mounted as /mnt',
  '  /dev/ubdb2 (7G) in Volume Group ubuntu-vg',
];
const root = '    /dev/mapper/ubuntu--vg-ubuntu--lv (512M) mounted as /srv';

test.each<[MapperSituation, ReturnType<typeof seen>]>([
  [
    'partitions',
    {
      tree: [...partitions, root, '/dev/ubdc (3G)'],
      volumes: ['ubuntu-vg/ubuntu-lv'],
      usable: ['/dev/ubdc'],
    },
  ],
  [
    'encrypted',
    {
      tree: [
        ...partitions,
        root,
        '    /dev/mapper/ubuntu--vg-shared (2G)',
        '    /dev/mapper/ubuntu--vg-safe (1G)',
        '      /dev/mapper/kloudspot-safe (1008M) mounted as /var/safe',
        '/dev/ubdc (3G) mounted as /var/logs',
      ],
      volumes: ['ubuntu-vg/safe', 'ubuntu-vg/shared', 'ubuntu-vg/ubuntu-lv'],
      usable: ['ubuntu-vg/shared'],
    },
  ],
  [
    'thin-pool',
    {
      tree: [
        ...partitions,
        root,
        '    /dev/mapper/ubuntu--vg-shared (2G)',
        '    /dev/mapper/ubuntu--vg-pool_tmeta (4M)',
        '      /dev/mapper/ubuntu--vg-pool-tpool (1G)',
        '        /dev/mapper/ubuntu--vg-pool (1G)',
        '        /dev/mapper/ubuntu--vg-thin (4G)',
        '    /dev/mapper/ubuntu--vg-pool_tdata (1G)',
        '    /dev/mapper/ubuntu--vg-secret (128M)',
        '      /dev/mapper/opened (112M)',
        '/dev/ubdc (3G) mounted as /var/logs',
      ],
      volumes: ['pool', 'secret', 'shared', 'thin', 'ubuntu-lv'].map((name) => `ubuntu-vg/${name}`),
      // the pool has no file system of its own, and is not blank
      usable: ['ubuntu-vg/shared'],
    },
  ],
])('real lsblk and LVM reports on device-mapper, in the situation `%s`', (situation, means) => {
  expect(seen(situation)).toEqual(means);
});
