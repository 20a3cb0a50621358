import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from './lab.ts';
import { failures, fromLaptop, journal, ran, runs, untilJournal } from './program.ts';
import { writeProduct, writeSite } from './site.ts';

let root: string;
let site: string;
let before: string;

/** All that the steps before and with a change of address touch. */
const machine = async () =>
  (
    await lab.onNode(
      1,
      'hostname; cat /etc/hostname /etc/hosts; head -n -0 /etc/netplan/*; ip -o -4 address show dev eth0 | cut -d" " -f1-7',
    )
  ).stdout;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({ nodes: 1, volumeGroup: 'ubuntu-vg', disk: '100G', upgrade: false });
  const product = await writeProduct(join(root, 'site'));
  site = await writeSite({ folder: join(root, 'site'), product, nodes: [{ n: 1, name: 'solo', moveTo: 77 }] });
  before = await machine();
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

describe('an address on which the node is not reached', () => {
  it('is restored by the node itself, and the run says so', async () => {
    const going = ran(fromLaptop(root, 'init', '--site', site, '--yes', '--accept-new-host-keys'));
    await untilJournal(root, runs('netplan', 'apply'));
    await lab.cable(1, 'cut');
    const netplan = async () => (await lab.onNode(1, 'cat /etc/netplan/*')).stdout;
    await expect.poll(netplan).toContain('10.78.0.77/16');
    // The workstation gives up after 70 s, the node rolls back after 90 s.
    await expect.poll(netplan, { interval: 1000 }).not.toContain('10.78.0.77/16');
    await lab.cable(1, 'join');
    const { code, stdout } = await going;
    expect(code).toBe(4);
    expect(stdout).toMatch(/rolled the change back by itself/);
    expect(failures(journal(root)).map(({ type, step }) => [type, step])).toEqual([
      ['step-failed', 'network@solo'],
      ['run-ended', undefined],
    ]);
    const { stdout: now } = await lab.onNode(1, 'ip -o -4 address show dev eth0; ls /etc/netplan');
    expect(now).toContain('10.78.0.11/16');
    expect(now).not.toContain('10.78.0.77');
    expect(now).toMatch(/^50-cloud-init.yaml$/m);
    expect(now).not.toContain('kloudspot');
  });

  it('undo restores the name and the hosts file too: the machine is as it was', async () => {
    expect(await machine()).not.toBe(before);
    const { code, stdout, stderr } = await ran(fromLaptop(root, 'undo', '--yes'));
    expect(code, stdout + stderr).toBe(0);
    expect(await machine()).toBe(before);
  });
});
