import { expect, test } from 'vitest';
import { gatherFacts } from '../../source/facts/gather.ts';
import { machineSubject, run, typing } from '../cli/estimate-runner.ts';
import { bench, scenarioWith } from './world.ts';

/** Lines of the estimate on a simulated machine with these disks, asked as a person would be. */
async function estimate(parts: object, answers: readonly (string | boolean)[]) {
  const world = await bench({ scenario: await scenarioWith({ nodes: { 'ks-1': parts } }) });
  const facts = await gatherFacts(await world.host('ks-1'), { node: 'ks-1', clock: world.clock, packages: [] });
  return run({ subject: machineSubject('ks-1', facts), ask: typing(...answers) });
}

test("the guide's first transcript: / on a plain partition, two groups on one disk, a volume made before", async () => {
  const disks = [
    { name: 'sda', sizeGiB: 50, partitions: [{ sizeGiB: 1 / 1024 }, { sizeGiB: 49.99, fsType: 'ext4', mount: '/' }] },
    {
      name: 'sdb',
      sizeGiB: 200,
      partitions: [
        { sizeGiB: 93.1, group: 'vg_data' },
        { sizeGiB: 106.88, group: 'vg_share' },
      ],
    },
  ];
  const volumes = [
    { group: 'vg_data', name: 'old', sizeGiB: 6 },
    { group: 'vg_share', name: 'shared', sizeGiB: 100 },
    { group: 'vg_share', name: 'rest', sizeGiB: 6.87 },
  ];
  const { code, lines } = await estimate({ disks, volumes }, ['', false, true, false, '10', '10', '10', '2', '2']);
  for (const line of [
    'Assuming a 3 node cluster installation',
    'Openebs not installed',
    '-  vg_data ( 93.1 GB - 87.1 GB free)',
    '   on /dev/sdb1',
    '-  vg_share ( 106.9 GB - 0.0 GB free)',
    '   on /dev/sdb2',
    'Total Free space: 87.1 GB',
    '/dev/sda (50G)',
    '  /dev/sda1 (1M)',
    '  /dev/sda2 (50G) mounted as /',
    '/dev/sdb (200G)',
    '  /dev/sdb1 (93.1G) in Volume Group vg_data',
    '  /dev/sdb2 (106.9G) in Volume Group vg_share',
    '    /dev/mapper/vg_share-shared (100G)',
    'Using vg_data for unshared volumes',
    'Available: Shared 76 GB, Unshared 77 GB',
    'Required: Shared 20 GB, Unshared 14 GB',
    'The configuration looks OK',
    'Remember each node needs this amount of storage',
  ])
    expect(lines).toContain(line);
  expect(code).toBe(0);
});

test("the guide's second transcript: Kloudhybrid on one group with a volume of 32 GB", async () => {
  const disks = [{ name: 'sda', sizeGiB: 184, rootGiB: 100 }];
  const volumes = [{ group: 'ubuntu-vg', name: 'shared', sizeGiB: 32 }];
  const { code, lines } = await estimate({ disks, volumes }, ['', false, false, true, '10', '10']);
  expect(lines.find((line) => line.startsWith('-  ubuntu-vg'))).toMatch(/ - 4\d\.\d GB free\)$/);
  expect(lines).toContain('Using ubuntu-vg for unshared volumes');
  expect(lines.find((line) => line.startsWith('Available:'))).toMatch(
    /^Available: Shared 24\.3 GB, Unshared 3\d(\.\d)? GB$/,
  );
  expect(lines).toContain('Required: Shared 0 GB, Unshared 20 GB');
  expect(lines).toContain('The configuration looks OK');
  expect(code).toBe(0);
});

test('another operating system is what the facts say', async () => {
  const os = { id: 'debian', versionId: '12', name: 'Debian GNU/Linux 12 (bookworm)' };
  const world = await bench({ scenario: await scenarioWith({ nodes: { 'ks-1': { os } } }) });
  const [other, usual] = await Promise.all(
    ['ks-1', 'ks-2'].map(async (node) =>
      gatherFacts(await world.host(node), { node, clock: world.clock, packages: [] }),
    ),
  );
  expect(other?.system).toMatchObject({ id: 'debian', versionId: '12', prettyName: os.name, lts: false });
  expect(usual?.system).toMatchObject({
    id: 'ubuntu',
    versionId: '22.04',
    prettyName: 'Ubuntu 22.04.5 LTS',
    lts: true,
  });
});
