import { describe, expect, test } from 'vitest';
import type { PlannedStep } from '../../source/plan/step.ts';
import { mountUnit } from '../../source/plan/steps/declared-commands.ts';
import { declaredVolume } from '../../source/plan/steps/declared-volume.ts';
import { judgeDraft } from '../../source/site/load.ts';
import { estimateStorage } from '../../source/storage/estimate.ts';
import { device, GiB, healthyStorage } from '../facts-fixtures.ts';
import { type Answers, between, carryThrough, fakeWorld, onceRan, textOf } from './fake-world.ts';
import { factsOf, makePlan, product, siteOf } from './sample.ts';

const shape = { managers: 3 };
const sdb = device('sdb', 'disk', 500 * GiB, { serial: 'S1', wwn: '0x5001' });
const containers = { name: 'containers', volumeGroup: 'ubuntu-vg', size: 100, mount: '/var/snap/microk8s/common' };
const archive = { name: 'archive', device: '/dev/disk/by-id/wwn-0x5001', fsType: 'xfs', storageClass: 'archive' };

const siteWith = (...volumes: readonly object[]) => {
  const site = siteOf(shape);
  const nodes = site.nodes.map((node, index) => (index === 0 ? { ...node, volumes } : node));
  return siteOf(shape, { nodes });
};
const facts = factsOf(shape, (name) => ({
  storage: { ...healthyStorage(), disks: [...healthyStorage().disks, ...(name === 'ks-1' ? [sdb] : [])] },
}));
const planned = () =>
  makePlan({ purpose: 'init', site: siteWith(containers, archive), product, facts, now: new Date(0) }).steps;
const stepOf = (id: string): PlannedStep => {
  const step = planned().find((each) => each.id === id);
  if (!step) throw new Error(`no ${id} in ${planned().map((each) => each.id)}`);
  return step;
};

test('they are made before MicroK8s is installed, and given to the cluster after its engines', () => {
  const ids = planned().map(({ id }) => id);
  expect(ids.indexOf('declared-volume/containers@ks-1')).toBeLessThan(ids.indexOf('microk8s-install@ks-1'));
  expect(stepOf('microk8s-install@ks-1').needs.length).toBeGreaterThan(0);
  expect(ids.filter((id) => id.startsWith('declared-volume'))).toHaveLength(2);
  const text = stepOf('declared-class/archive').commands[0]?.stdin ?? '';
  expect(text).toContain('name: ks-1-archive');
  expect(text).toContain('storage: 485Gi');
  expect(text).toContain('path: /var/lib/kloudspot/volumes/archive');
  expect(text).toContain('- ks-1');
});

test('names of units are escaped as systemd does', () => {
  expect(mountUnit('/var/snap/microk8s/common')).toBe('var-snap-microk8s-common.mount');
  expect(mountUnit('/srv/my-data')).toBe('srv-my\\x2ddata.mount');
  expect(mountUnit('/.data/x')).toBe('\\x2edata-x.mount');
});

test('what they take of a group is not there for others', () => {
  const storage = healthyStorage();
  const [group] = storage.volumeGroups;
  if (!group) throw new Error('no group');
  const seen = [...factsOf(shape, () => ({ storage })).values()];
  const left = (site: ReturnType<typeof siteOf>) => {
    const [first] = estimateStorage(site, product, seen).nodes;
    return first?.room?.groups[0]?.leftBytes ?? 0;
  };
  expect(left(siteOf(shape)) - left(siteWith(containers))).toBe(100 * GiB);
});

test.each([
  [{ name: 'a' }, /needs volumeGroup and size, or device alone/],
  [{ name: 'a', volumeGroup: 'g' }, /needs volumeGroup and size/],
  [{ name: 'a', volumeGroup: 'g', size: 1, device: '/dev/sdb' }, /needs volumeGroup and size/],
  [{ name: 'a', device: 'sdb' }, /a path under \/dev/],
  [{ name: 'a', device: '/dev/sdb', mount: '/srv/../etc' }, /an absolute path/],
  [{ name: 'a', device: '/dev/sdb', mount: '/' }, /an absolute path/],
  [{ name: 'a', device: '/dev/sdb', fsType: 'ntfs' }, /ext4/],
])('%j is not a volume', (volume, says) => {
  const site = siteOf(shape);
  const draft = {
    ...site,
    nodes: site.nodes.map((node, index) => (index === 0 ? { ...node, volumes: [volume] } : node)),
  };
  const judged = judgeDraft(JSON.parse(JSON.stringify(draft)));
  expect(JSON.stringify('findings' in judged ? judged.findings : 'right')).toMatch(says);
});

const ext4 = '{"filesystems":[{"source":"x","fstype":"ext4"}]}';
const mountedOnce = between('enable --now', 'disable --now', ext4);
const findmnt = (asked: Parameters<typeof mountedOnce>[0]) => {
  const stdout = mountedOnce(asked);
  return stdout === '' ? { code: 1 } : stdout;
};
const lvs = (gib: number, tags = 'kloudspot') =>
  JSON.stringify({ report: [{ lv: [{ lv_name: 'containers', lv_size: String(gib * GiB), lv_tags: tags }] }] });
const none = '{"report":[{"lv":[]}]}';
const world = (answers: Answers) =>
  fakeWorld({ site: siteOf(shape), product, answers: { findmnt, ls: { code: 2 }, wipefs: '', ...answers } });
const texts = (ran: ReturnType<typeof fakeWorld>['ran']) => ran.map(({ command }) => textOf(command));

describe('a volume in a group', () => {
  const step = () => stepOf('declared-volume/containers@ks-1');

  test('is made, formatted and mounted, at every start', async () => {
    const { context, ran, written } = world({ lvs: onceRan('lvcreate', lvs(100), none) });
    await expect(carryThrough(context, step())).resolves.toMatchObject({
      before: { observed: 'no ubuntu-vg/containers' },
      again: { ok: true, observed: 'ext4 on /var/snap/microk8s/common' },
    });
    expect(texts(ran)).toEqual([
      'lvcreate -y -L 100G -n containers --addtag kloudspot ubuntu-vg',
      'mkfs.ext4 -q /dev/mapper/ubuntu--vg-containers',
      'systemctl daemon-reload',
      'systemctl enable --now var-snap-microk8s-common.mount',
    ]);
    expect(written.get('/etc/systemd/system/var-snap-microk8s-common.mount')).toContain(
      'What=/dev/mapper/ubuntu--vg-containers\nWhere=/var/snap/microk8s/common\n',
    );
  });

  test('of its own that is too small grows with its file system, and is not formatted again', async () => {
    const { context, ran } = world({
      findmnt: '{"filesystems":[{"source":"x","fstype":"ext4"}]}',
      lvs: onceRan('lvextend', lvs(100), lvs(50)),
      wipefs: '{"signatures":[{"type":"ext4"}]}',
    });
    await expect(carryThrough(context, step())).resolves.toMatchObject({ again: { ok: true } });
    expect(texts(ran)[0]).toBe('lvextend -r -L 100G ubuntu-vg/containers');
    expect(texts(ran).join()).not.toContain('mkfs');
  });

  test.each([
    [
      'a file system that is not ours',
      { lvs: lvs(100, ''), wipefs: '{"signatures":[{"type":"ext4"}]}' },
      /was not made by kloudspot/,
    ],
    ['another file system', { lvs: lvs(100), wipefs: '{"signatures":[{"type":"xfs"}]}' }, /it holds xfs/],
    ['a folder with something in it', { lvs: none, ls: 'etcd\n' }, /is not empty/],
  ])('%s is left alone', async (_, answers, says) => {
    const { context, ran } = world(answers);
    await expect(carryThrough(context, step())).rejects.toThrow(says);
    expect(texts(ran).join()).not.toMatch(/mkfs|enable/);
  });

  test('that was made goes with undo; one that was there stays', async () => {
    for (const [before, removed] of [
      [none, true],
      [lvs(100), false],
    ] as const) {
      const { context, ran } = world({ lvs: between('lvcreate', 'lvremove', lvs(100), before) });
      const planned = step();
      await carryThrough(context, planned);
      await declaredVolume.undo?.(context, declaredVolume.parameters.parse(planned.parameters), planned);
      expect(texts(ran)).toContain('systemctl disable --now var-snap-microk8s-common.mount');
      expect(texts(ran).includes('lvremove -y ubuntu-vg/containers')).toBe(removed);
    }
  });

  test('that stays mounted, as one that is in use does, is not called undone, and its data is not touched', async () => {
    const { context, ran } = world({
      lvs: onceRan('lvcreate', lvs(100), none),
      findmnt: (asked) => (asked.ran('enable --now') > 0 ? ext4 : { code: 1 }),
    });
    const planned = step();
    await carryThrough(context, planned);
    const end = declaredVolume.undo?.(context, declaredVolume.parameters.parse(planned.parameters), planned);
    await expect(end).rejects.toThrow(/ext4 is mounted on \/var\/snap\/microk8s\/common/);
    expect(texts(ran).at(-1)).toBe('systemctl disable --now var-snap-microk8s-common.mount');
  });
});

describe('a device of its own', () => {
  const lsblk = JSON.stringify({
    blockdevices: [{ path: '/dev/sdb', size: 500 * GiB, serial: 'S1', wwn: '0x5001', mountpoints: [null] }],
  });
  const xfs = (asked: Parameters<typeof mountedOnce>[0]) =>
    asked.ran('enable --now') > 0 ? '{"filesystems":[{"source":"x","fstype":"xfs"}]}' : { code: 1 };
  const step = () => stepOf('declared-volume/archive@ks-1');

  test('is identified again, then formatted and mounted by its lasting name', async () => {
    const { context, ran } = world({ lsblk, findmnt: xfs });
    await expect(carryThrough(context, step())).resolves.toMatchObject({ again: { ok: true } });
    expect(texts(ran)[0]).toBe('mkfs.xfs -q /dev/disk/by-id/wwn-0x5001');
  });

  test.each([
    ['another disk', lsblk.replace('S1', 'S2'), '', /its serial number is S2, not S1/],
    ['a disk that carries something', lsblk, '{"signatures":[{"type":"ext4"}]}', /it holds ext4/],
  ])('%s is not touched', async (_, seen, wipefs, says) => {
    const { context, ran } = world({ lsblk: seen, wipefs, findmnt: xfs });
    await expect(carryThrough(context, step())).rejects.toThrow(says);
    expect(ran).toEqual([]);
  });
});

describe('an encrypted volume', () => {
  const secret = { name: 'secret', volumeGroup: 'ubuntu-vg', size: 10, encrypt: true };
  const key = '/etc/kloudspot/luks/secret.key';
  const opened = '/dev/mapper/kloudspot-secret';
  const steps = (size = 10) =>
    makePlan({ purpose: 'init', site: siteWith({ ...secret, size }), product, facts, now: new Date(0) }).steps;
  const step = (size?: number) =>
    steps(size).find(({ id }) => id === 'declared-volume/secret@ks-1') ?? expect.fail('no step');
  const lv = (gib: number) => lvs(gib).replace('"containers"', '"secret"');
  const crypt = '{"signatures":[{"type":"crypto_LUKS"}]}';
  const line = `kloudspot-secret /dev/mapper/ubuntu--vg-secret ${key} luks\n`;
  const base: Answers = {
    lvs: between('lvcreate', 'lvremove', lv(10), none),
    stat: ({ ran }) => (ran('dd if=') > 0 ? '600\n' : { code: 1 }),
    lsblk: ({ ran }) => (ran('cryptsetup open') > 0 ? opened : { code: 32 }),
    'wipefs -n -J /dev/mapper/ubuntu--vg-secret': onceRan('luksFormat', crypt, ''),
  };

  test('has the package, and a plan that says where its key is and holds no key', () => {
    const packages = steps().find(({ id }) => id === 'packages@ks-1');
    expect(packages?.parameters['install']).toContain('cryptsetup');
    expect(steps().find(({ id }) => id === 'packages@ks-2')?.parameters['install']).not.toContain('cryptsetup');
    expect(step().why).toContain(`${key}, mode 0600`);
    expect(step().title).toContain(`encrypted by ${key}`);
    expect(step().files.map(({ path }) => path)).toEqual([
      '/etc/crypttab',
      '/etc/systemd/system/var-lib-kloudspot-volumes-secret.mount',
    ]);
  });

  test('gets a key of its own on the node, and is opened now and at every start', async () => {
    const { context, ran, written } = world(base);
    await expect(carryThrough(context, step())).resolves.toMatchObject({
      again: { ok: true, observed: 'ext4, encrypted, on /var/lib/kloudspot/volumes/secret' },
    });
    expect(texts(ran)).toEqual([
      'lvcreate -y -L 10G -n secret --addtag kloudspot ubuntu-vg',
      `install -D -m 0600 /dev/null ${key}`,
      `dd if=/dev/urandom of=${key} bs=512 count=1 status=none conv=fsync`,
      `cryptsetup luksFormat --batch-mode --type luks2 --key-file ${key} /dev/mapper/ubuntu--vg-secret`,
      `cryptsetup open --key-file ${key} /dev/mapper/ubuntu--vg-secret kloudspot-secret`,
      `mkfs.ext4 -q ${opened}`,
      'systemctl daemon-reload',
      expect.stringContaining('systemctl enable --now'),
    ]);
    expect(written.get('/etc/crypttab')).toBe(line);
    expect(written.get('/etc/systemd/system/var-lib-kloudspot-volumes-secret.mount')).toContain(`What=${opened}\n`);
  });

  test('that grows is resized inside as well, and is not made again', async () => {
    const { context, ran } = world({
      ...base,
      lvs: onceRan('lvextend', lv(20), lv(10)),
      findmnt: '{"filesystems":[{"source":"x","fstype":"ext4"}]}',
      stat: '600\n',
      lsblk: opened,
      'wipefs -n -J /dev/mapper/ubuntu--vg-secret': crypt,
      [`wipefs -n -J ${opened}`]: '{"signatures":[{"type":"ext4"}]}',
    });
    await expect(carryThrough(context, step(20))).resolves.toMatchObject({ again: { ok: true } });
    expect(texts(ran).slice(0, 3)).toEqual([
      'lvextend -L 20G ubuntu-vg/secret',
      `cryptsetup resize --key-file ${key} kloudspot-secret`,
      `resize2fs ${opened}`,
    ]);
    expect(texts(ran).join()).not.toMatch(/mkfs|luksFormat/);
  });

  test.each([
    [
      'whose key is gone is not made again',
      { lvs: lv(10), stat: { code: 1 }, 'wipefs -n -J /dev/mapper/ubuntu--vg-secret': crypt },
      /its key .* is not there/,
    ],
    ['does not overwrite a key of another', { stat: '600\n' }, /is there already, and may open another device/],
  ] as const)('%s', async (_, answers, says) => {
    const { context, ran } = world({ ...base, ...answers });
    await expect(carryThrough(context, step())).rejects.toThrow(says);
    expect(texts(ran).join()).not.toMatch(/luksFormat|dd if|mkfs/);
  });

  test('whose key others can read is not as it has to be', async () => {
    const { context } = world({
      ...base,
      lvs: lv(10),
      stat: '644\n',
      findmnt: '{"filesystems":[{"source":"x","fstype":"ext4"}]}',
    });
    const { parameters, state } = declaredVolume;
    const planned = step();
    await expect(state(context, parameters.parse(planned.parameters), planned)).resolves.toEqual({
      ok: false,
      observed: `others can read ${key}: mode 644`,
    });
  });

  test('that was made goes with its key, and leaves no line for the next start', async () => {
    const { context, ran, written } = world(base);
    const planned = step();
    await carryThrough(context, planned);
    await declaredVolume.undo?.(context, declaredVolume.parameters.parse(planned.parameters), planned);
    expect(texts(ran).slice(-3)).toEqual([
      'cryptsetup close kloudspot-secret',
      `rm -f ${key}`,
      'lvremove -y ubuntu-vg/secret',
    ]);
    expect(written.get('/etc/crypttab')).toBe('');
  });
});
