import { describe, expect, test } from 'vitest';
import type { PlannedStep } from '../../source/plan/step.ts';
import { deviceTrouble } from '../../source/storage/pool-device.ts';
import { device, GiB, healthyStorage } from '../facts-fixtures.ts';
import { type Answers, carryThrough, fakeWorld, kindOf, onceRan, textOf } from './fake-world.ts';
import { factsOf, makePlan, product, siteOf } from './sample.ts';

const shape = { managers: 3 };
const now = new Date('2026-11-21T08:00:00Z');
const sdb = device('sdb', 'disk', 500 * GiB, { serial: 'S1', wwn: '0x5001' });

/** Three nodes; the second has its pool on a disk of its own, the third in a group of another name. */
function planned(erase?: string, disk = sdb) {
  const site = siteOf(shape);
  const own = [
    undefined,
    { shared: { device: '/dev/sdb', ...(erase === undefined ? {} : { erase }) } },
    { unshared: { volumeGroup: 'data' }, shared: { volumeGroup: 'data' } },
  ];
  const nodes = site.nodes.map((node, index) => ({ ...node, ...(own[index] ? { storage: own[index] } : {}) }));
  const facts = factsOf(shape, (name) => ({
    storage: { ...healthyStorage(), disks: name === 'ks-2' ? [...healthyStorage().disks, disk] : [] },
  }));
  return makePlan({ purpose: 'init', site: { ...site, nodes }, product, facts, now });
}

const stepOf = (id: string, of = planned()): PlannedStep => {
  const step = of.steps.find((each) => each.id === id);
  if (!step) throw new Error(`no step ${id}`);
  return step;
};

describe('storage that differs by node', () => {
  test('each pool has its own place, and NDM is shown exactly these paths', () => {
    expect(stepOf('cstor-pool').parameters['pools']).toEqual([
      { node: 'ks-1', group: 'ubuntu-vg', volume: 'shared' },
      { node: 'ks-2', group: 'kloudspot-pool', volume: 'shared' },
      { node: 'ks-3', group: 'data', volume: 'shared' },
    ]);
    const values = stepOf('storage-engine/cstor')
      .files.map(({ content }) => content)
      .join('\n');
    expect(values).toContain(
      '/dev/mapper/ubuntu--vg-shared,/dev/mapper/kloudspot--pool-shared,/dev/mapper/data-shared',
    );
  });

  test('the class of local volumes names all groups, anchored', () => {
    const step = stepOf('storage-class/unshared');
    expect(step.parameters['settings']).toEqual({ storage: 'lvm', vgpattern: '^(ubuntu-vg|data)$', fsType: 'ext4' });
  });

  test('the group on the disk is made before the volume in it', () => {
    expect(
      planned()
        .steps.filter(({ kind }) => kind === 'pool-group')
        .map(({ id }) => id),
    ).toEqual(['pool-group@ks-2']);
    expect(stepOf('shared-volume@ks-2').needs).toContain('pool-group@ks-2');
  });
});

describe('the disk is identified again just before', () => {
  const seen = { path: '/dev/sdb', size: 500 * GiB, serial: 'S1', wwn: '0x5001', mountpoints: [null] };
  const answers = (lsblk: object, wiped = '{"signatures":[]}'): Answers => ({
    vgs: onceRan('vgcreate', '{"report":[{"vg":[{"vg_name":"kloudspot-pool"}]}]}', '{"report":[{"vg":[]}]}'),
    lsblk: JSON.stringify({ blockdevices: [lsblk] }),
    wipefs: wiped,
  });
  const world = (given: Answers) => fakeWorld({ site: siteOf(shape), product, answers: given });

  test.each([
    ['is removed once LVM answers', 2],
    ['is not called removed where LVM does not answer', Infinity],
  ])('undo: the group %s', async (_, silentLooks) => {
    let looks = 0;
    const { context, ran, remembered } = world({
      vgs: ({ ran }) => {
        if (looks++ < silentLooks) return { code: 5, stderr: 'Failed to lock global' };
        return ran('vgremove') > 0 ? '{"report":[{"vg":[]}]}' : '{"report":[{"vg":[{"vg_name":"kloudspot"}]}]}';
      },
    });
    const step = stepOf('pool-group@ks-2');
    remembered.set('made', '/dev/sdb');
    const kind = kindOf(step);
    const end = kind.undo?.(context, kind.parameters.parse({ ...step.parameters, group: 'kloudspot' }), step);
    await (silentLooks === 2 ? end : expect(end).rejects.toThrow(/its volume groups: Failed to lock global/));
    expect(ran.map(({ command }) => textOf(command))).toEqual(
      silentLooks === 2 ? ['vgremove kloudspot', 'pvremove /dev/sdb'] : [],
    );
  });

  test('the same disk, blank: the group is made, without an answer to any question of LVM', async () => {
    const { context, ran } = world(answers(seen));
    await expect(carryThrough(context, stepOf('pool-group@ks-2'))).resolves.toMatchObject({ after: { ok: true } });
    expect(ran.map(({ command }) => textOf(command))).toEqual(['vgcreate --addtag kloudspot kloudspot-pool /dev/sdb']);
  });

  test.each([
    ['another size', { ...seen, size: 400 * GiB }, undefined, /it has 400 GB, not 500 GB/],
    ['another WWN', { ...seen, wwn: '0x9' }, undefined, /its WWN is 0x9, not 0x5001/],
    ['another serial number', { ...seen, serial: 'S2' }, undefined, /its serial number is S2, not S1/],
    ['mounted', { ...seen, mountpoints: ['/srv'] }, undefined, /it is in use now/],
    ['a partition', { ...seen, children: [{ name: 'sdb1' }] }, undefined, /it is in use now/],
    ['a file system', seen, '{"signatures":[{"type":"ext4"}]}', /it holds ext4/],
  ])('%s: refused, and nothing was written', async (_, lsblk, wiped, says) => {
    const { context, ran } = world(answers(lsblk, wiped));
    await expect(carryThrough(context, stepOf('pool-group@ks-2'))).rejects.toThrow(says);
    expect(ran).toEqual([]);
  });
});

describe('a disk that carries data is erased only where its name was typed', () => {
  const part = device('sdb1', 'part', 500 * GiB, { fsType: 'ext4' });
  const used = device('sdb', 'disk', 500 * GiB, { serial: 'S1', wwn: '0x5001', children: [part] });
  const seen = {
    path: '/dev/sdb',
    size: 500 * GiB,
    serial: 'S1',
    wwn: '0x5001',
    mountpoints: [null],
    children: [{ path: '/dev/sdb1', mountpoints: [null] }],
  };
  const { children: _, ...blank } = seen;
  const listed = (...rows: object[]) => rows.map((row) => JSON.stringify({ blockdevices: [row] }));
  const [whole = '', bare = ''] = listed(seen, blank);
  const world = (lsblk: Answers[string]) =>
    fakeWorld({
      site: siteOf(shape),
      product,
      answers: {
        vgs: onceRan('vgcreate', '{"report":[{"vg":[{"vg_name":"kloudspot-pool"}]}]}', '{"report":[{"vg":[]}]}'),
        lsblk,
        'wipefs -n': '{"signatures":[]}',
      },
    });
  const step = () => stepOf('pool-group@ks-2', planned('sdb', used));

  test('its partitions first, then the disk; then the group is made', async () => {
    expect(step().title).toMatch(/^Erase and make volume group/);
    const { context, ran } = world(onceRan('wipefs -a', bare, whole));
    await expect(carryThrough(context, step())).resolves.toMatchObject({ after: { ok: true } });
    expect(ran.map(({ command }) => textOf(command))).toEqual([
      'wipefs -a /dev/sdb1 /dev/sdb',
      'vgcreate --addtag kloudspot kloudspot-pool /dev/sdb',
    ]);
  });

  test('after a break that came behind the erasing nothing is erased again', async () => {
    const { context, ran } = world(bare);
    await expect(carryThrough(context, step())).resolves.toMatchObject({ after: { ok: true } });
    expect(ran.map(({ command }) => textOf(command))).toEqual(['vgcreate --addtag kloudspot kloudspot-pool /dev/sdb']);
  });

  test.each([
    ['another disk', { ...seen, serial: 'S2' }, /its serial number is S2, not S1/],
    [
      'a partition that was mounted since',
      { ...seen, children: [{ path: '/dev/sdb1', mountpoints: ['/srv'] }] },
      /mounted/,
    ],
    [
      'a partition in use',
      { ...seen, children: [{ path: '/dev/sdb1', children: [{}] }] },
      /something uses a partition/,
    ],
    ['a partition made since', { ...seen, children: [{ path: '/dev/sdb2' }] }, /sdb2 is on it now/],
  ])('%s: nothing is erased', async (_, lsblk, says) => {
    const { context, ran } = world(listed(lsblk)[0] ?? '');
    await expect(carryThrough(context, step())).rejects.toThrow(says);
    expect(ran).toEqual([]);
  });

  test.each([
    ['no name', undefined, used, /cannot hold the pool: has partitions/],
    ['another name', 'sdc', used, /it is sdb now, and sdc is the name that was typed/],
    [
      'a disk that is mounted',
      'sdb',
      device('sdb', 'disk', 500 * GiB, { fsType: 'ext4', mountPoints: ['/srv'] }),
      /mounted as \/srv, so it cannot be erased/,
    ],
  ])('%s: refused before the run, and no command of the plan erases', (_, erase, disk, says) => {
    const storage = { ...healthyStorage(), disks: [...healthyStorage().disks, disk] };
    expect(deviceTrouble(storage, '/dev/sdb', erase)?.what).toMatch(says);
    expect(stepOf('pool-group@ks-2', planned(erase, disk)).commands.map(({ name }) => name)).toEqual(['create']);
  });
});
