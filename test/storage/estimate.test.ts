import { describe, expect, test } from 'vitest';
import type { StorageFacts } from '../../source/facts/facts.ts';
import { loadProduct } from '../../source/product/load.ts';
import { gigabyteNumber } from '../../source/storage/bytes.ts';
import { estimateStorage, type NodeEstimate } from '../../source/storage/estimate.ts';
import { type StorageWish, volumesFor } from '../../source/storage/volumes.ts';
import { device, GiB, healthyFacts, healthyNode, healthyStorage } from '../facts-fixtures.ts';

const product = await loadProduct('kloudspot');

interface WishOptions {
  readonly features?: readonly string[];
  readonly volumes?: Readonly<Record<string, number>>;
  readonly local?: string;
  readonly shared?: string;
  readonly size?: number;
  readonly engine?: 'cstor' | 'existing';
}

function wish({
  features = ['kloudInsights'],
  volumes = {},
  local,
  shared,
  size,
  engine,
}: WishOptions = {}): StorageWish {
  return {
    features: [...features],
    storage: {
      unshared: { volumeGroup: local ?? 'ubuntu-vg' },
      shared: {
        engine: engine ?? 'cstor',
        volumeGroup: shared ?? 'ubuntu-vg',
        volume: 'shared',
        ...(size === undefined ? {} : { size }),
      },
      volumes: { ...volumes },
    },
  };
}

/** Disks of one node: groups by name with size and free GiB, and logical volumes as `group/name` with GiB. */
function disks(
  groups: Readonly<Record<string, readonly [size: number, free: number]>>,
  volumes: Readonly<Record<string, number>> = {},
  more: Partial<StorageFacts> = {},
): StorageFacts {
  return {
    volumeGroups: Object.entries(groups).map(([name, [size, free]]) => ({
      name,
      uuid: `uuid-${name}`,
      sizeBytes: size * GiB,
      freeBytes: free * GiB,
      extentBytes: 4 * 2 ** 20,
      missingPhysicalVolumes: 0,
      exported: false,
      devices: [],
    })),
    physicalVolumes: [],
    logicalVolumes: Object.entries(volumes).map(([path, size]) => {
      const [volumeGroup = '', name = ''] = path.split('/');
      return { name, volumeGroup, uuid: `uuid-${path}`, sizeBytes: size * GiB, path: `/dev/${path}`, tags: [] };
    }),
    disks: [],
    root: { sizeBytes: 98 * GiB, freeBytes: 80 * GiB, device: '/dev/sda2' },
    snapFreeBytes: 80 * GiB,
    ...more,
  };
}

function judged(wanted: StorageWish, storage: StorageFacts): NodeEstimate {
  const [node] = estimateStorage(wanted, product, [healthyFacts('ks-1', { storage })]).nodes;
  if (!node) throw new Error('one node was asked for');
  return node;
}

describe('the transcripts of the installation guide, with true numbers', () => {
  const first = disks({ vg_data: [93.1, 87.1], vg_share: [106.9, 0] }, { 'vg_share/shared': 100 });

  test('KloudInsights: a 100 GB volume holds 76, not the 106 of its group', () => {
    const estimate = estimateStorage(wish({ local: 'vg_data', shared: 'vg_share' }), product, [
      healthyFacts('nmsc02', { storage: first }),
    ]);
    expect(estimate.requiredBytes).toEqual({ shared: 20 * GiB, unshared: 14 * GiB });
    expect(gigabyteNumber(estimate.availableBytes.shared ?? 0)).toBe('76');
    expect(gigabyteNumber(estimate.availableBytes.unshared ?? 0)).toBe('77.1');
    expect(estimate.verdict).toBe('ok');
  });

  test('Kloudhybrid: the same volumes are local, nothing is shared', () => {
    const storage = disks({ 'ubuntu-vg': [99, 59] }, { 'ubuntu-vg/shared': 32 });
    const estimate = estimateStorage(wish({ features: ['kloudhybrid'] }), product, [healthyFacts('k8s', { storage })]);
    expect(estimate.requiredBytes).toEqual({ shared: 0, unshared: 20 * GiB });
    expect(gigabyteNumber(estimate.availableBytes.shared ?? 0)).toBe('24.3');
    expect(gigabyteNumber(estimate.availableBytes.unshared ?? 0)).toBe('49');
    expect(estimate.pool).toBeUndefined();
    expect(estimate.verdict).toBe('ok');
  });

  test("the guide's own 20 GB volume cannot carry its own 20 GB of volumes", () => {
    const node = judged(wish({ size: 20 }), disks({ 'ubuntu-vg': [830, 700] }, { 'ubuntu-vg/shared': 20 }));
    expect(node.verdict).toBe('short');
    expect(node.reason).toBe(
      'The pool on ubuntu-vg/shared (20 GB) holds 15.2 GB of 20 GB shared, 4.8 GB short; Stream processing state storage (10 GB) does not fit.',
    );
    expect(node.remedies.map(({ kind, enough }) => [kind, enough])).toEqual([
      ['reduce', true],
      ['grow-shared', true],
      ['disable', true],
      ['another-node', true],
    ]);
    expect(node.remedies.map(({ text }) => text)).toEqual([
      'Reduce Stream processing elasticsearch from 10 to 5 GB.',
      'Make the logical volume shared 27 GB instead of 20: the pool then holds what is wanted.',
      'Turn KloudInsights off: frees 34 GB on each node.',
      'Use another machine as ks-1, with 41 GB free in ubuntu-vg beside the reserve (10 GB or 5 % of the group).',
    ]);
  });

  test('left to itself the run grows that volume, where its group has the space beside the reserve', () => {
    const at = (free: number) => judged(wish(), disks({ 'ubuntu-vg': [830, free] }, { 'ubuntu-vg/shared': 20 }));
    expect(at(700)).toMatchObject({
      verdict: 'ok',
      reason:
        'The run grows ubuntu-vg/shared from 20 GB to 27 GB. ubuntu-vg keeps 637.5 GB free beside a reserve of 41.5 GB.',
    });
    expect(at(700).room?.shared?.haveBytes).toBeGreaterThanOrEqual(20 * GiB);
    expect(at(60).room?.shared).toMatchObject({ deficitBytes: 0 });
    const full = at(45);
    expect(full.verdict).toBe('short');
    expect(full.remedies.find(({ kind }) => kind === 'grow-shared')?.text).toBe(
      'Grow the logical volume: lvextend -L 27G ubuntu-vg/shared (7 GB more; 45 GB are free in ubuntu-vg).',
    );
  });
});

describe('the volume under the pool', () => {
  test('is made as large as its volumes need, 27 GB for 20', () => {
    const estimate = estimateStorage(wish(), product, [healthyFacts('ks-1')]);
    expect(estimate.pool).toMatchObject({ gib: 27, neededGiB: 27, from: 'computed' });
    expect(estimate.verdict).toBe('ok');
  });

  test('of a typed size that is too small is named with the size that does', () => {
    const node = judged(wish({ size: 20 }), healthyStorage());
    expect(node.verdict).toBe('short');
    expect(node.remedies.find(({ kind }) => kind === 'grow-shared')).toEqual({
      kind: 'grow-shared',
      scope: 'site',
      text: 'Make the logical volume shared 27 GB instead of 20: the pool then holds what is wanted.',
      enough: true,
    });
  });

  test('is deducted before local volumes', () => {
    // 60 free, 10 reserve: 27 for the pool and 14 local leave 9.
    const fits = judged(wish(), disks({ 'ubuntu-vg': [100, 60] }));
    expect(fits.room?.groups[0]).toMatchObject({ poolBytes: 27 * GiB, localBytes: 14 * GiB, leftBytes: 9 * GiB });
    const node = judged(wish(), disks({ 'ubuntu-vg': [100, 45] }));
    expect(node.verdict).toBe('short');
    expect(node.reason).toBe(
      'ubuntu-vg has room for 8 GB of 14 GB unshared, 6 GB short; Kloudinsights database (10 GB) does not fit.',
    );
    expect(node.remedies[0]?.text).toBe('Reduce Kloudinsights database from 10 to 4 GB.');
    expect(node.remedies[1]?.text).toBe('Reduce Stream processing elasticsearch from 10 to 5 GB.');
  });

  test('is not ours with another storage class', () => {
    const estimate = estimateStorage(wish({ engine: 'existing' }), product, [
      healthyFacts('ks-1', { storage: disks({ 'ubuntu-vg': [100, 30] }) }),
    ]);
    expect(estimate.pool).toBeUndefined();
    expect(estimate.availableBytes.shared).toBeUndefined();
    expect(estimate.verdict).toBe('ok');
  });

  test('is not asked of workers', () => {
    const storage = disks({ 'ubuntu-vg': [100, 30] });
    const nodes = [healthyNode('ks-1'), healthyNode('ks-2', { role: 'worker' })];
    const facts = nodes.map(({ name }) => healthyFacts(name, { storage }));
    expect(estimateStorage({ ...wish(), nodes }, product, facts).nodes.map(({ verdict }) => verdict)).toEqual([
      'short',
      'ok',
    ]);
  });
});

describe('verdicts', () => {
  const cases: readonly [string, StorageWish, StorageFacts, string, RegExp][] = [
    ['a terabyte', wish(), healthyStorage(), 'ok', /ubuntu-vg keeps \d/],
    ['less than a tenth left', wish(), disks({ 'ubuntu-vg': [100, 52] }), 'tight', /keeps 1 GB free/],
    ['just not enough', wish(), disks({ 'ubuntu-vg': [100, 50] }), 'short', /1 GB short/],
    ['a reserve of 5 % in a large group', wish(), disks({ 'ubuntu-vg': [1000, 90] }), 'short', /1 GB short/],
    ['no LVM at all', wish(), disks({}), 'short', /No LVM volume group was found/],
    ['another name', wish(), disks({ data: [500, 400] }), 'short', /The volume group ubuntu-vg does not exist/],
    ['no free space', wish(), disks({ 'ubuntu-vg': [500, 0] }), 'short', /room for 0 GB/],
    ['nothing to store', wish({ features: [] }), disks({ 'ubuntu-vg': [500, 0] }), 'ok', /Nothing more/],
    ['nothing to store, no LVM', wish({ features: [] }), disks({}), 'ok', /Nothing more/],
    ['two groups', wish({ shared: 'b' }), disks({ 'ubuntu-vg': [100, 30], b: [100, 40] }), 'ok', /b keeps 3 GB/],
  ];
  test.each(cases)('%s', (_, wanted, storage, verdict, reason) => {
    const node = judged(wanted, storage);
    expect([node.verdict, node.reason]).toEqual([verdict, expect.stringMatching(reason)]);
  });

  test('a group that misses a disk is not counted on', () => {
    const whole = healthyStorage();
    const broken = {
      ...whole,
      volumeGroups: whole.volumeGroups.map((group) => ({ ...group, missingPhysicalVolumes: 1 })),
    };
    const node = judged(wish(), broken);
    expect(node.verdict).toBe('short');
    expect(node.reason).toBe('ubuntu-vg is missing 1 physical volume.');
    expect(node.remedies[0]).toMatchObject({
      kind: 'repair',
      text: expect.stringMatching(/vgreduce --removemissing ubuntu-vg \(\d+(\.\d)? GB free are left\)\.$/),
      enough: true,
    });
  });

  test('nor where all that is wanted lies in it already', () => {
    const whole = healthyStorage();
    const made = volumesFor(wish(), product).map(({ id, gib }) => ({
      name: `pvc-${id}`,
      volumeGroup: 'ubuntu-vg',
      uuid: id,
      sizeBytes: gib * GiB,
      path: `/dev/ubuntu-vg/pvc-${id}`,
      tags: [],
    }));
    const pool = { ...made[0], name: 'shared', uuid: 'pool', path: '/dev/ubuntu-vg/shared', sizeBytes: 100 * GiB };
    const all = {
      ...whole,
      logicalVolumes: [...whole.logicalVolumes, ...made, { volumeGroup: 'ubuntu-vg', tags: [], ...pool }],
    };
    expect(judged(wish(), all).reason).toBe('Nothing more has to be made on it.');
    const volumeGroups = whole.volumeGroups.map((group) => ({ ...group, missingPhysicalVolumes: 1 }));
    expect(judged(wish(), { ...all, volumeGroups })).toMatchObject({
      verdict: 'short',
      reason: 'ubuntu-vg is missing 1 physical volume.',
    });
  });

  test('an exported group is not counted on', () => {
    const whole = healthyStorage();
    const broken = { ...whole, volumeGroups: whole.volumeGroups.map((group) => ({ ...group, exported: true })) };
    expect(judged(wish(), broken).reason).toBe('ubuntu-vg is exported.');
  });

  test('a node that was not seen is unknown, and the worst of the others counts', () => {
    const nodes = ['ks-1', 'ks-2', 'ks-3'].map((name) => healthyNode(name));
    const estimate = estimateStorage({ ...wish(), nodes }, product, [
      healthyFacts('ks-1'),
      healthyFacts('ks-3', { storage: disks({ data: [500, 400] }) }),
    ]);
    expect(estimate.nodes.map(({ verdict }) => verdict)).toEqual(['ok', 'unknown', 'short']);
    expect(estimate.verdict).toBe('short');
    expect(estimate.weakest).toBe('ks-3');
  });

  test('volumes of an earlier run are not asked for again', () => {
    const made = { 'ubuntu-vg/shared': 27, 'ubuntu-vg/pvc-1': 10, 'ubuntu-vg/pvc-2': 2, 'ubuntu-vg/pvc-3': 2 };
    const node = judged(wish(), disks({ 'ubuntu-vg': [100, 3] }, made));
    expect(node.verdict).toBe('ok');
    expect(node.room?.unshared).toMatchObject({ haveBytes: 14 * GiB, needBytes: 14 * GiB, deficitBytes: 0 });
    const other = disks({ 'ubuntu-vg': [100, 3] }, { ...made, 'ubuntu-vg/pvc-1': 9 });
    expect(judged(wish(), other).verdict).toBe('short');
  });

  test('a volume that grows takes the difference, where its claims were seen', () => {
    const made = { 'ubuntu-vg/shared': 27, 'ubuntu-vg/pvc-1': 10, 'ubuntu-vg/pvc-2': 2, 'ubuntu-vg/pvc-3': 2 };
    const claimed = new Map([
      ['insightsDatabase', [10 * GiB]],
      ['kafka', [2 * GiB]],
      ['zookeeper', [2 * GiB]],
    ]);
    const grown = wish({ volumes: { kafka: 10 } });
    const nearlyFull = disks({ 'ubuntu-vg': [100, 19] }, made);
    expect(judged({ ...grown, claimed }, nearlyFull)).toMatchObject({
      verdict: 'ok',
      room: { groups: [{ localBytes: 8 * GiB }] },
    });
    expect(judged({ ...grown, claimed }, disks({ 'ubuntu-vg': [100, 17] }, made)).verdict).toBe('short');
    // Partly grown: the size that the node has is the one that counts.
    const partly = new Map([...claimed, ['kafka', [10 * GiB, 2 * GiB]]]);
    const done = disks({ 'ubuntu-vg': [100, 11] }, { ...made, 'ubuntu-vg/pvc-2': 10 });
    expect(judged({ ...grown, claimed: partly }, done).room?.unshared.deficitBytes).toBe(0);
  });
});

describe('remedies', () => {
  const small: readonly [number, number] = [100, 40];

  test('stand in the order in which to try them, each with its number', () => {
    const storage = disks(
      { 'ubuntu-vg': small },
      {},
      { disks: [device('sdb', 'disk', 500 * GiB, { model: 'INTEL SSD' })] },
    );
    const node = judged(wish({ features: ['kloudManage', 'kloudInsights'] }), storage);
    expect(node.remedies.map(({ kind }) => kind)).toEqual(['reduce', 'extend', 'disable', 'disable', 'another-node']);
    expect(node.remedies[1]).toEqual({
      kind: 'extend',
      scope: 'node',
      text: 'vgextend ubuntu-vg /dev/sdb (blank, 500 GB, INTEL SSD).',
      enough: true,
    });
    expect(node.remedies[2]?.text).toBe('Turn KloudManage off: frees 10 GB on each node, not enough alone.');
    expect(node.remedies[3]?.text).toBe('Turn KloudInsights off: frees 34 GB on each node.');
  });

  test('where no single volume can give way, all shrink in proportion', () => {
    const [reduce] = judged(
      wish({ volumes: { kafka: 10, zookeeper: 10 } }),
      disks({ 'ubuntu-vg': [100, 30] }),
    ).remedies;
    expect(reduce?.kind).toBe('reduce');
    expect(reduce?.text).toMatch(/^Reduce .* from 10 to \d GB, .* from 10 to \d GB, /);
  });

  test('name only volumes and features that use the group that is short', () => {
    const storage = disks({ 'ubuntu-vg': [830, 700], vg_pool: [20, 20] });
    const node = judged(wish({ features: ['kloudManage', 'kloudInsights'], shared: 'vg_pool' }), storage);
    const texts = node.remedies.map(({ text }) => text);
    expect(texts.find((text) => text.startsWith('Reduce'))).not.toMatch(/database|Kafka|Zookeeper/);
    expect(texts.filter((text) => text.startsWith('Turn'))).toEqual([
      'Turn KloudInsights off: frees 34 GB on each node.',
    ]);
  });

  test('without a blank disk they say how large one has to be', () => {
    const extend = judged(wish(), disks({ 'ubuntu-vg': small })).remedies.find(({ kind }) => kind === 'extend');
    expect(extend?.text).toBe('Put in a disk of 12 GB or more and vgextend ubuntu-vg with it.');
  });

  test('space of a disk outside its partitions is found', () => {
    const sda = device('sda', 'disk', 900 * GiB, {
      children: [device('sda3', 'part', 108 * GiB, { fsType: 'LVM2_member' })],
    });
    const extend = judged(wish(), disks({ 'ubuntu-vg': small }, {}, { disks: [sda] })).remedies.find(
      ({ kind }) => kind === 'extend',
    );
    expect(extend?.text).toMatch(/^Make a partition of the 791\.9 GB that \/dev\/sda has beside its partitions/);
    expect(extend?.enough).toBe(true);
  });

  test('without any LVM they say how large a disk has to be', () => {
    const [first] = judged(wish(), disks({})).remedies;
    expect(first?.text).toBe('Put in a disk of 52 GB or more and make the group on it: vgcreate ubuntu-vg DISK.');
    expect(judged(wish(), disks({ 'ubuntu-vg': [51.9, 51.9] })).verdict).not.toBe('short');
  });

  test('a group of another name can be given the wanted one, unless / lies on it', () => {
    const data = judged(wish(), disks({ data: [500, 400] }));
    expect(data.remedies[0]?.text).toContain('vgrename data ubuntu-vg');
    const rooted = disks(
      { 'os-vg': [500, 400] },
      {},
      {
        root: { sizeBytes: 98 * GiB, freeBytes: 80 * GiB, device: '/dev/mapper/os--vg-root' },
      },
    );
    expect(judged(wish(), rooted).remedies[0]?.text).not.toContain('vgrename');
  });

  test('a volume under a pool that cannot grow where it lies', () => {
    const node = judged(
      wish({ local: 'big' }),
      disks({ 'ubuntu-vg': [25, 2], big: [500, 400] }, { 'ubuntu-vg/shared': 20 }),
    );
    expect(node.remedies.find(({ kind }) => kind === 'grow-shared')?.text).toBe(
      'Put 5 GB more into ubuntu-vg (vgextend with a blank disk), then lvextend -L 27G ubuntu-vg/shared.',
    );
  });
});
