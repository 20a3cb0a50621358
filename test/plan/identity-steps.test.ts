import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { planHostKeys } from '../../source/plan/steps/host-keys.ts';
import { planInitiatorName, planMachineId } from '../../source/plan/steps/own-identity.ts';
import { planSharedVolume } from '../../source/plan/steps/shared-volume.ts';
import { fakeWorld, kindOf } from './fake-world.ts';
import { product, siteOf } from './sample.ts';

const site = siteOf({ managers: 1 });

test.each([
  ['machine-id', planMachineId({ node: 'ks-1', value: 'b'.repeat(32) }), '/etc/machine-id', `${'a'.repeat(32)}\n`],
  [
    'initiator name',
    planInitiatorName({ node: 'ks-1', value: 'iqn.2004-10.com.ubuntu:01:bbbb' }),
    '/etc/iscsi/initiatorname.iscsi',
    'InitiatorName=iqn.2004-10.com.ubuntu:01:aaaa\n',
  ],
])('%s: written once, and undo puts back what stood there', async (_, step, path, before) => {
  const world = fakeWorld({ site, product, files: { [path]: before } });
  const kind = kindOf(step);
  expect(await kind.state(world.context, step.parameters, step)).toMatchObject({ ok: false });
  await kind.act(world.context, step.parameters, step);
  expect(await kind.state(world.context, step.parameters, step)).toMatchObject({ ok: true });
  expect(world.written.get(path)).toBe(step.files[0]?.content);
  await kind.undo?.(world.context, step.parameters, step);
  expect(world.written.get(path)).toBe(before);
});

describe("the template's blank volume", () => {
  const cloned = { uuid: 'of-another', path: '/dev/ubuntu-vg/shared', sizeBytes: 20 * 2 ** 30 };
  const step = planSharedVolume({ node: 'ks-1', group: 'ubuntu-vg', volume: 'shared', gib: 27, cloned }, 20);
  const kind = kindOf(step);
  const volume = (uuid: string) =>
    JSON.stringify({
      report: [{ lv: [{ lv_name: 'shared', lv_uuid: uuid, lv_size: String(27 * 2 ** 30), lv_tags: 'kloudspot' }] }],
    });
  const worldWith = (signatures: readonly { readonly type: string }[]) =>
    fakeWorld({
      site,
      product,
      answers: {
        lvs: ({ ran }) => volume(ran('lvcreate') > 0 ? 'its-own' : 'of-another'),
        lsblk: JSON.stringify({ blockdevices: [{ path: '/dev/mapper/ubuntu--vg-shared', size: 20 * 2 ** 30 }] }),
        wipefs: JSON.stringify({ signatures }),
      },
    });

  test('is removed and made again, as large as wanted, and has a UUID of its own', async () => {
    const { context, ran } = worldWith([]);
    expect(await kind.state(context, step.parameters, step)).toMatchObject({ ok: false });
    await kind.act(context, step.parameters, step);
    expect(ran.map(({ command }) => command)).toEqual([
      ['lvremove', '-y', 'ubuntu-vg/shared'],
      ['lvcreate', '-y', '-L', '27G', '-n', 'shared', '--addtag', 'kloudspot', 'ubuntu-vg'],
    ]);
    expect(await kind.state(context, step.parameters, step)).toMatchObject({ ok: true });
  });

  test('is left alone where something lies on it by then', async () => {
    const { context, ran } = worldWith([{ type: 'ext4' }]);
    await expect(kind.act(context, step.parameters, step)).rejects.toThrow(/ext4|make the volume again/);
    expect(ran).toEqual([]);
  });
});

describe('host keys', () => {
  const step = planHostKeys({ node: 'ks-1', shared: 'SHA256:shared', local: false });
  const kind = kindOf(step);
  const fresh = 'ssh-ed25519 AAAAnew root@ks-1\necdsa-sha2-nistp256 AAAAec root@ks-1\n';
  const answers = {
    'new-host-keys': fresh,
    'ssh-keygen': '256 SHA256:shared root@template (ED25519)',
    cat: 'ssh-ed25519 AAAAold root@template\n',
  };

  test('the new ones are pinned beside the old ones before they are used, and alone afterwards', async () => {
    const { context, trusted, ran } = fakeWorld({ site, product, answers });
    expect(await kind.state(context, step.parameters, step)).toMatchObject({ ok: false });
    await kind.act(context, step.parameters, step);
    const keys = fresh.trimEnd().split('\n');
    expect(trusted).toEqual([
      { node: 'ks-1', keys, besideOld: true },
      { node: 'ks-1', keys, besideOld: false },
    ]);
    expect(ran.map(({ command }) => ('name' in command ? command.name : ''))).toEqual([
      'new-host-keys',
      'use-host-keys',
    ]);
  });

  test('undo goes the same way back', async () => {
    const { context, trusted } = fakeWorld({ site, product, answers });
    await kind.undo?.(context, step.parameters, step);
    expect(trusted.map(({ keys, besideOld }) => [...keys, besideOld])).toEqual([
      ['ssh-ed25519 AAAAold root@template', true],
      ['ssh-ed25519 AAAAold root@template', false],
    ]);
  });

  /** The scripts as bash runs them, with a folder in the place of /etc/ssh and an sshd that says what it is told to. */
  function onDisk(sshdCode: number) {
    const folder = mkdtempSync(join(tmpdir(), 'host-keys-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [ssh, bin] = [join(folder, 'ssh'), join(folder, 'bin')];
    mkdirSync(ssh);
    mkdirSync(bin);
    writeFileSync(join(bin, 'systemctl'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    writeFileSync(join(bin, 'sshd'), `#!/bin/sh\nexit ${sshdCode}\n`, { mode: 0o755 });
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(ssh, 'ssh_host_ed25519_key')]);
    const run = (name: string) => {
      const planned = step.commands.find((each) => each.name === name)?.command;
      if (planned === undefined || !('text' in planned)) return expect.fail(name);
      const text = planned.text.replaceAll('/etc/ssh', ssh).replaceAll('/usr/sbin/sshd', join(bin, 'sshd'));
      return spawnSync('bash', ['-c', text, planned.name, ...(planned.arguments ?? [])], {
        encoding: 'utf8',
        env: { PATH: `${bin}:/usr/bin:/bin` },
      });
    };
    return { ssh, run, key: () => readFileSync(join(ssh, 'ssh_host_ed25519_key.pub'), 'utf8') };
  }

  const hasKeygen = spawnSync('ssh-keygen', ['-?']).status !== null;

  test.skipIf(!hasKeygen)('the scripts swap real keys, and a second time changes nothing', () => {
    const { ssh, run, key } = onDisk(0);
    const old = key();
    const made = run('make-keys');
    expect(
      made.stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(expect.arrayContaining(['ssh-ed25519', 'ssh-rsa']));
    expect(run('make-keys').stdout).toBe(made.stdout);
    expect(key()).toBe(old);
    expect(run('use-keys').status).toBe(0);
    expect(key()).not.toBe(old);
    expect(made.stdout).toContain(key());
    expect(readFileSync(join(ssh, 'kloudspot-before/ssh_host_ed25519_key.pub'), 'utf8')).toBe(old);
    expect(existsSync(join(ssh, 'kloudspot-new'))).toBe(false);
  });

  test.skipIf(!hasKeygen)('where sshd does not take the new ones, the former ones are back', () => {
    const { ssh, run, key } = onDisk(1);
    const old = key();
    run('make-keys');
    expect(run('use-keys').status).not.toBe(0);
    expect(key()).toBe(old);
    expect(readdirSync(ssh)).toContain('kloudspot-new');
  });
});
