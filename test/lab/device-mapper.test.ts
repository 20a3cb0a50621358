// What needs device-mapper, udev and partition tables, on a kernel that has them: the program's own reading, steps and lists.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlockDeviceFacts, StorageFacts } from '../../source/facts/facts.ts';
import { readFacts } from '../../source/facts/parts.ts';
import { factsProbe, readSections } from '../../source/facts/probe.ts';
import type { Command } from '../../source/host/host.ts';
import { stepKinds } from '../../source/plan/kinds.ts';
import type { PlannedStep, StepContext } from '../../source/plan/step.ts';
import { planDeclaredVolume } from '../../source/plan/steps/declared-volume.ts';
import { planSharedVolume } from '../../source/plan/steps/shared-volume.ts';
import { luksKey } from '../../source/storage/luks.ts';
import { type MapperSituation, mapperReports } from '../facts/recorded/storage.ts';
import { carryThrough } from '../plan/fake-world.ts';
import { addWithKernel, hasKernel, type RootShell, rootShell } from './kernel.ts';
import * as lab from './lab.ts';
import { fromLaptop, ran } from './program.ts';
import { writeProduct, writeSite } from './site.ts';
import { asRoot as asRootBy, realWorld, type Shell } from './step-world.ts';

interface Listed {
  readonly name: string;
  readonly depth: number;
  readonly usable: boolean;
}

const gib = 2 ** 30;
const node = 'ks-1';
const able = hasKernel();
let root: string;
let site: string;
let shell: RootShell | undefined;

beforeAll(async () => {
  if (!able) return;
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({ nodes: 0, provisioner: false });
  await addWithKernel(1, ['8G', '3G']);
  shell = rootShell(1);
  const folder = join(root, 'site');
  site = await writeSite({ folder, product: await writeProduct(folder), nodes: [{ n: 1, name: node }] });
});
afterAll(async () => {
  if (!able) return;
  shell?.close();
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

/** The node's root, once it has booted. */
const rootOf: Shell = (...words) => (shell ? shell.run(...words) : expect.fail('the node has not booted'));
const asRoot = (command: Command, input = '') => asRootBy(rootOf, command, input);
async function done(text: string, input = ''): Promise<string> {
  const { code, stdout, stderr } = await asRoot(['bash', '-c', text], input);
  expect(code, `${text}: ${stderr}`).toBe(0);
  return stdout;
}

/** A world whose node is the one with the kernel. */
const real = () => realWorld(rootOf);
const undo = async (context: StepContext, step: PlannedStep): Promise<void> => {
  const kind = stepKinds.get(step.kind);
  await kind?.undo?.(context, kind.parameters.parse(step.parameters), step);
};

/** The program's own probe. With RECORD set, what the tools printed in a situation is kept for the pure tests. */
async function seen(situation?: MapperSituation): Promise<StorageFacts> {
  const { stdout } = await asRoot(factsProbe([]));
  if (situation && process.env['RECORD']) mapperReports.keep(situation, stdout);
  const { storage, problems } = readFacts(readSections(stdout), 0, 0);
  return storage ?? expect.fail(JSON.stringify(problems));
}
/** The tree as lsblk draws it: name, type and what is on it. */
const drawn = (devices: readonly BlockDeviceFacts[], indent = ''): string[] =>
  devices.flatMap(({ name, type, fsType = '-', mountPoints, children }) => [
    [indent + name, type, fsType, ...mountPoints].join(' '),
    ...drawn(children, `${indent}  `),
  ]);

describe.skipIf(!able)('on a kernel with device-mapper (needs user-mode-linux, and a processor without AMX)', () => {
  it('partitions of a GUID table, a group on one of them and a mounted volume are read as they are', async () => {
    await done('sfdisk -q /dev/ubdb && udevadm settle', 'label: gpt\n,1G\n,\n');
    await done('mkfs.ext4 -q /dev/ubdb1 && mount /dev/ubdb1 /mnt');
    await done('vgcreate -q ubuntu-vg /dev/ubdb2 && lvcreate -q -y -L 512M -n ubuntu-lv ubuntu-vg');
    await done('mkfs.ext4 -q /dev/ubuntu-vg/ubuntu-lv && mount /dev/ubuntu-vg/ubuntu-lv /srv');
    const { disks, volumeGroups, logicalVolumes } = await seen('partitions');
    expect(drawn(disks)).toEqual([
      'ubdb disk -',
      '  ubdb1 part ext4 /mnt',
      '  ubdb2 part LVM2_member',
      '    ubuntu--vg-ubuntu--lv lvm ext4 /srv',
      'ubdc disk -',
    ]);
    expect(volumeGroups).toMatchObject([{ name: 'ubuntu-vg', devices: ['/dev/ubdb2'] }]);
    expect(logicalVolumes).toMatchObject([{ name: 'ubuntu-lv', sizeBytes: gib / 2, path: '/dev/ubuntu-vg/ubuntu-lv' }]);
  });

  it('a declared volume is mounted by its unit, grows while a file on it is open, and undo removes it', async () => {
    const { context } = real();
    const mount = '/var/lib/kloudspot/volumes/data';
    const volume = { node, name: 'data', path: '/dev/mapper/ubuntu--vg-data', group: 'ubuntu-vg', mount };
    const wanted = (size: number) => planDeclaredVolume({ ...volume, gib: size, fsType: 'ext4' });
    await expect(carryThrough(context, wanted(1))).resolves.toMatchObject({
      before: { ok: false },
      again: { ok: true, observed: `ext4 on ${mount}` },
    });
    // one process that writes on: a new one five times a second is all that such a kernel can do
    const write = `import time\nout = open("${mount}/open", "w")\nwhile True: print("now", file=out, flush=True); time.sleep(0.2)`;
    await done(`systemd-run -q -u writer python3 -c '${write}'`);
    const before = await done(`findmnt -no ID ${mount}; systemctl show -P MainPID writer`);
    await expect(carryThrough(context, wanted(3))).resolves.toMatchObject({
      before: { ok: false },
      after: { ok: true },
    });
    expect(await done(`findmnt -no ID ${mount}; systemctl show -P MainPID writer`)).toBe(before);
    expect(Number(await done(`df -B1 --output=size ${mount} | tail -1`))).toBeGreaterThan(2.8 * gib);
    await done(`systemctl stop writer; test -s ${mount}/open`);
    await undo(context, wanted(3));
    expect((await seen()).logicalVolumes.map(({ name }) => name)).toEqual(['ubuntu-lv']);
    expect((await asRoot(['ls', volume.path])).code).toBe(2);
  });

  it('the shared volume is a block device under its name, and grows', async () => {
    const { context } = real();
    const shared = { node, group: 'ubuntu-vg', volume: 'shared' };
    const size = async () => Number(await done('blockdev --getsize64 /dev/ubuntu-vg/shared')) / gib;
    await expect(carryThrough(context, planSharedVolume({ ...shared, gib: 1 }))).resolves.toMatchObject({
      again: { ok: true },
    });
    expect(await size()).toBe(1);
    await carryThrough(context, planSharedVolume({ ...shared, gib: 2 }, 1));
    expect(await size()).toBe(2);
  });

  it('a declared volume takes a whole disk, once', async () => {
    const { context } = real();
    const [, disk] = (await seen()).disks;
    const device = { path: '/dev/ubdc', sizeBytes: disk?.sizeBytes ?? 0 };
    const step = planDeclaredVolume({
      node,
      name: 'logs',
      path: '/dev/ubdc',
      device,
      mount: '/var/logs',
      fsType: 'xfs',
    });
    await expect(carryThrough(context, step)).resolves.toMatchObject({
      again: { ok: true, observed: 'xfs on /var/logs' },
    });
    await done('touch /var/logs/kept; systemctl stop var-logs.mount');
    await expect(carryThrough(real().context, step)).rejects.toThrow(/it holds xfs/);
    await done('systemctl start var-logs.mount; test -e /var/logs/kept');
  });

  it('an encrypted volume opens by its key, grows while it is mounted, and is removed with its key by undo', async () => {
    const { context } = real();
    const [mount, key] = ['/var/safe', luksKey('safe')];
    const volume = { node, name: 'safe', path: '/dev/mapper/ubuntu--vg-safe', group: 'ubuntu-vg', mount };
    const wanted = (size: number) => planDeclaredVolume({ ...volume, gib: size, fsType: 'ext4', encrypt: true });
    await expect(carryThrough(context, wanted(1))).resolves.toMatchObject({
      before: { ok: false },
      again: { ok: true, observed: `ext4, encrypted, on ${mount}` },
    });
    expect(await done(`stat -c '%a %U' ${key}; cryptsetup isLuks ${volume.path}`)).toBe('600 root\n');
    await done(`echo kept >${mount}/file`);
    await seen('encrypted');
    await carryThrough(context, wanted(2));
    expect(await done(`cat ${mount}/file`)).toBe('kept\n');
    expect(Number(await done(`df -B1 --output=size ${mount} | tail -1`))).toBeGreaterThan(1.8 * gib);
    await undo(context, wanted(2));
    expect((await asRoot(['ls', volume.path])).code).toBe(2);
    expect((await asRoot(['ls', key])).code).toBe(2);
    expect((await asRoot(['grep', 'safe', '/etc/crypttab'])).code).not.toBe(0);
  });

  it('a thin pool, its volume and an encrypted one are drawn as lsblk does, and the built program lists them over SSH', async () => {
    await done('lvcreate -q -y --type thin-pool -L 1G -n pool ubuntu-vg');
    await done('lvcreate -q -y -V 4G -T ubuntu-vg/pool -n thin && mkfs.ext4 -q /dev/ubuntu-vg/thin');
    const luks = 'cryptsetup -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 luksFormat /dev/ubuntu-vg/secret -';
    await done(`lvcreate -q -y -L 128M -n secret ubuntu-vg && ${luks}`, 'a pass phrase');
    await done('cryptsetup open --key-file - /dev/ubuntu-vg/secret opened', 'a pass phrase');
    const { disks, logicalVolumes } = await seen('thin-pool');
    expect(drawn(disks)).toEqual([
      'ubdb disk -',
      '  ubdb1 part ext4 /mnt',
      '  ubdb2 part LVM2_member',
      '    ubuntu--vg-ubuntu--lv lvm ext4 /srv',
      '    ubuntu--vg-shared lvm -',
      '    ubuntu--vg-pool_tmeta lvm -',
      '      ubuntu--vg-pool-tpool lvm -',
      '        ubuntu--vg-pool lvm -',
      '        ubuntu--vg-thin lvm ext4',
      '    ubuntu--vg-pool_tdata lvm -',
      '    ubuntu--vg-secret lvm crypto_LUKS',
      '      opened crypt -',
      'ubdc disk xfs /var/logs',
    ]);
    expect(logicalVolumes.map(({ name }) => name).toSorted()).toEqual([
      'pool',
      'secret',
      'shared',
      'thin',
      'ubuntu-lv',
    ]);
    const listed = await ran(fromLaptop(root, 'storage list', '--site', site, '--accept-new-host-keys'));
    expect(listed.code, listed.stderr).toBe(0);
    expect(listed.stdout).toMatch(/ubuntu-vg .*GB/);
    const { stdout } = await ran(fromLaptop(root, 'storage list', '--site', site, '--json'));
    const [told] = JSON.parse(stdout).nodes;
    expect(told.devices.map(({ name, depth, usable }: Listed) => [name, depth, usable])).toContainEqual([
      'opened',
      3,
      false,
    ]);
  });
});
