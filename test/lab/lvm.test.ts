// The commands of steps and the reading of reports against LVM itself: its own books on loop devices of this machine.
// As on the lab's nodes nothing is activated, since the kernel may lack device-mapper; no node is needed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { StorageFacts } from '../../source/facts/facts.ts';
import { readFacts } from '../../source/facts/parts.ts';
import { factsProbe, readSections } from '../../source/facts/probe.ts';
import type { Command } from '../../source/host/host.ts';
import { stepKinds } from '../../source/plan/kinds.ts';
import type { PlannedStep, StepContext } from '../../source/plan/step.ts';
import { StepFault } from '../../source/plan/step-fault.ts';
import { planPoolGroup } from '../../source/plan/steps/pool-group.ts';
import { planSharedVolume } from '../../source/plan/steps/shared-volume.ts';
import { findGroup, groupTrouble } from '../../source/storage/groups.ts';
import { type LvmSituation, lvmReports } from '../facts/recorded/storage.ts';
import { carryThrough, fakeWorld, textOf } from '../plan/fake-world.ts';
import { product, siteOf } from '../plan/sample.ts';

const folder = mkdtempSync(join(tmpdir(), `kloudspot-lvm-${process.pid}-`));
const loops: string[] = [];
// what a run left that was killed
for (const line of spawnSync('losetup', ['-n', '-O', 'NAME,BACK-FILE'], { encoding: 'utf8' }).stdout.split('\n')) {
  const [, loop = '', pid = ''] = /^(\S+) +\S*kloudspot-lvm-(\d+)-/.exec(line) ?? [];
  if (loop !== '' && !existsSync(`/proc/${pid}`)) spawnSync('losetup', ['-d', loop]);
}
afterAll(() => {
  for (const loop of loops) spawnSync('losetup', ['-d', loop]);
  rmSync(folder, { recursive: true, force: true });
});

/** A disk of so many GiB that takes no space, or a copy of another. */
function disk(name: string, gib: number, copyOf?: string): string {
  const image = join(folder, name);
  if (copyOf === undefined) writeFileSync(image, '');
  else spawnSync('cp', ['--sparse=always', join(folder, copyOf), image]);
  truncateSync(image, gib * 2 ** 30);
  const { stdout, stderr } = spawnSync('losetup', ['-f', '--show', image], { encoding: 'utf8' });
  if (stdout.trim() === '') throw new Error(stderr);
  loops.push(stdout.trim());
  return stdout.trim();
}

const detach = (loop: string) => spawnSync('losetup', ['-d', loop]);
const system = join(folder, 'lvm');

/** LVM sees these devices and no other. */
function sees(...devices: readonly string[]): void {
  const only = `[ ${devices.map((device) => `"a|^${device}$|", `).join('')}"r|.*|" ]`;
  mkdirSync(system, { recursive: true });
  writeFileSync(
    join(system, 'lvm.conf'),
    `global { activation = 0 }\nactivation { udev_sync = 0\n udev_rules = 0 }\ndevices {\n filter = ${only}\n global_filter = ${only}\n use_devicesfile = 0\n obtain_device_list_from_udev = 0\n}\n`,
  );
}

const run = (command: Command) => {
  const words = 'text' in command ? ['bash', '-c', command.text, 'probe', ...(command.arguments ?? [])] : command;
  const [program = '', ...rest] = words;
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', LVM_SYSTEM_DIR: system, LVM_SUPPRESS_FD_WARNINGS: '1' };
  const { status, stdout, stderr } = spawnSync(program, rest, { env, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return { code: status ?? 128, stdout, stderr };
};
const lvm = (words: string) => {
  const result = run(words.split(' '));
  if (result.code !== 0) throw new Error(`${words}: ${result.stderr}`);
};

/** The program's own probe, with the groups as LVM tells them. With RECORD set, the reports of a situation are kept for the pure tests. */
function seen(situation?: LvmSituation): StorageFacts {
  const { stdout } = run(factsProbe([]));
  if (situation && process.env['RECORD']) lvmReports.keep(situation, stdout);
  const { storage, problems } = readFacts(readSections(stdout), 0, 0);
  if (!storage) throw new Error(JSON.stringify(problems));
  return storage;
}

const troubleOf = (storage: StorageFacts, name: string) => {
  const group = findGroup(storage, name);
  return group && groupTrouble(storage, group)?.what;
};

/** A world whose commands are run for real. */
function real() {
  const { context, ...rest } = fakeWorld({ site: siteOf({ managers: 1 }), product });
  const look: StepContext['look'] = async (node) => ({
    ...(await context.look(node)),
    run: async (command: Command) => run(command),
  });
  const runs: StepContext['run'] = async (_, command) => {
    const result = run(command);
    if (result.code !== 0) throw new StepFault({ tried: textOf(command), seen: result.stderr });
    return result;
  };
  return { context: { ...context, look, run: runs }, ...rest };
}

const undo = async (context: StepContext, step: PlannedStep): Promise<void> => {
  const kind = stepKinds.get(step.kind);
  await kind?.undo?.(context, kind.parameters.parse(step.parameters), step);
};

const able = process.getuid?.() === 0 && spawnSync('vgs', ['--version']).status === 0;
describe.skipIf(!able)("against LVM's own books (needs root, lvm2 and loop devices)", () => {
  let first = '';
  beforeEach((context) => {
    first = disk(`${context.task.id}-a`, 5);
    sees(first);
  });

  test('a group on a device of its own is made, tagged, found again and undone', async () => {
    const { context } = real();
    const identity = { path: first, sizeBytes: 5 * 2 ** 30 };
    const step = planPoolGroup({ node: 'ks-1', group: 'kloudspot-pool', device: identity });
    await expect(carryThrough(context, step)).resolves.toMatchObject({ before: { ok: false }, again: { ok: true } });
    expect(run(['vgs', '--noheadings', '-o', 'vg_tags', 'kloudspot-pool']).stdout.trim()).toBe('kloudspot');
    await expect(carryThrough(context, step)).rejects.toThrow(/it holds LVM2_member|it is in use now/);
    await undo(context, step);
    expect(seen().volumeGroups.map(({ name }) => name)).not.toContain('kloudspot-pool');
    expect(run(['wipefs', '-n', '-J', first]).stdout).not.toContain('LVM2_member');
  });

  test('the volume under the pool is made, then grown, and undo takes away only what was made', async () => {
    lvm(`vgcreate -y data ${first}`);
    const { context } = real();
    const made = planSharedVolume({ node: 'ks-1', group: 'data', volume: 'shared', gib: 1 });
    await expect(carryThrough(context, made)).resolves.toMatchObject({ after: { observed: 'data/shared has 1 GB' } });
    expect(seen().logicalVolumes).toMatchObject([{ name: 'shared', sizeBytes: 2 ** 30, tags: ['kloudspot'] }]);
    const grown = planSharedVolume({ node: 'ks-1', group: 'data', volume: 'shared', gib: 3 }, 1);
    const { uuid } = seen().logicalVolumes[0] ?? {};
    await expect(carryThrough(context, grown)).resolves.toMatchObject({
      before: { ok: false },
      again: { ok: true, observed: 'data/shared has 3 GB' },
    });
    expect(seen('volume').logicalVolumes).toMatchObject([{ uuid, sizeBytes: 3 * 2 ** 30, tags: ['kloudspot'] }]);
  });

  test('what was there before is grown, and undo leaves it', async () => {
    lvm(`vgcreate -y data ${first}`);
    lvm('lvcreate -y -Wn -Zn -L 1G -n shared data');
    const { context } = real();
    const step = planSharedVolume({ node: 'ks-1', group: 'data', volume: 'shared', gib: 2 }, 1);
    await expect(carryThrough(context, step)).resolves.toMatchObject({ again: { ok: true } });
    await undo(context, step);
    expect(seen().logicalVolumes).toMatchObject([{ name: 'shared', sizeBytes: 2 * 2 ** 30 }]);
  });

  test.each([
    ['made', undefined],
    ['grown', 1],
  ])('a group that is full lets nothing be %s, in its own words', async (_, standing) => {
    lvm(`vgcreate -y data ${first}`);
    if (standing !== undefined) lvm('lvcreate -y -Wn -Zn -L 1G -n shared data');
    const { context } = real();
    const step = planSharedVolume({ node: 'ks-1', group: 'data', volume: 'shared', gib: 50 }, standing);
    await expect(carryThrough(context, step)).rejects.toThrow(/insufficient free space/i);
    expect(seen().logicalVolumes.map(({ sizeBytes }) => sizeBytes)).toEqual(standing === undefined ? [] : [2 ** 30]);
  });

  test('a group whose every extent is taken has nothing free', () => {
    lvm(`vgcreate -y data ${first}`);
    lvm('lvcreate -y -Wn -Zn -l 100%FREE -n all data');
    expect(findGroup(seen('full'), 'data')?.freeBytes).toBe(0);
  });

  test('a group that misses a disk counts as nothing', () => {
    const second = disk('missing-b', 5);
    sees(first, second);
    lvm(`vgcreate -y data ${first} ${second}`);
    expect(troubleOf(seen(), 'data')).toBeUndefined();
    detach(second);
    const storage = seen('missing');
    expect(troubleOf(storage, 'data')).toBe('data is missing 1 physical volume.');
    // vg_free still has both disks; what can be taken is on the one that is there.
    expect(findGroup(storage, 'data')?.freeBytes).toBeLessThan(5 * 2 ** 30);
  });

  test('two groups of one name, after a disk was moved, are told apart by LVM alone', () => {
    const second = disk('twin-b', 5);
    lvm(`vgcreate -y data ${first}`);
    sees(second);
    lvm(`vgcreate -y data ${second}`);
    sees(first, second);
    expect(troubleOf(seen('twins'), 'data')).toBe(
      'Two volume groups are called data; LVM refuses commands that name it.',
    );
  });

  test('a copied disk beside its original is found by its identity', (context) => {
    lvm(`vgcreate -y data ${first}`);
    const copy = disk('copy', 5, `${context.task.id}-a`);
    sees(first, copy);
    expect(troubleOf(seen('copied'), 'data')).toMatch(/^data has a duplicate physical volume \(\/dev\/loop\d+\)\.$/);
  });
});
