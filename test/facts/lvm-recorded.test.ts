import { expect, test } from 'vitest';
import { readFacts } from '../../source/facts/parts.ts';
import { probeText, readSections } from '../../source/facts/probe.ts';
import { groupTrouble } from '../../source/storage/groups.ts';
import { type LvmSituation, lvmReports } from './recorded/storage.ts';
import { ubuntu } from './recorded/ubuntu.ts';

/** A node whose LVM says what was recorded. */
function storageOf(situation: LvmSituation) {
  const { storage, problems } = readFacts(readSections(probeText({ ...ubuntu, ...lvmReports.of(situation) })), 0, 0);
  expect(problems).toEqual({});
  return storage ?? expect.fail('no storage');
}

test.each<[LvmSituation, object]>([
  ['volume', { free: 1, of: 1, volumes: ['shared 3 kloudspot'], trouble: [] }],
  ['full', { free: 0, of: 1, volumes: ['all 4'], trouble: [] }],
  ['missing', { free: 4, of: 2, volumes: [], trouble: ['data is missing 1 physical volume.'] }],
  [
    'twins',
    {
      free: 9,
      of: 2,
      volumes: [],
      trouble: Array.from({ length: 2 }, () => 'Two volume groups are called data; LVM refuses commands that name it.'),
    },
  ],
  ['copied', { free: 4, of: 2, volumes: [], trouble: ['data has a duplicate physical volume (LOOP).'] }],
])("LVM's own reports, a group in the situation `%s`", (situation, means) => {
  const storage = storageOf(situation);
  const troubles = storage.volumeGroups.map((group) => groupTrouble(storage, group)?.what);
  expect({
    free: Math.floor(storage.volumeGroups.reduce((sum, { freeBytes }) => sum + freeBytes, 0) / 2 ** 30),
    of: storage.physicalVolumes.length,
    volumes: storage.logicalVolumes.map(({ name, sizeBytes, tags }) =>
      [name, Math.floor(sizeBytes / 2 ** 30), ...tags].join(' '),
    ),
    trouble: troubles.flatMap((what) => what?.replace(/\/dev\/loop\d+/, 'LOOP') ?? []),
  }).toEqual(means);
});
