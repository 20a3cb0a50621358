import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../source/facts/gather.ts';
import { readFacts } from '../../source/facts/parts.ts';
import { probeSections, probeText, readSections } from '../../source/facts/probe.ts';
import type { Clock, Host, HostAccess, RunOptions } from '../../source/host/host.ts';
import { fakeHost } from '../fake-hosts.ts';
import { type Recording, said, ubuntu } from './recorded/ubuntu.ts';

const facts = (recording: Recording) => readFacts(readSections(probeText(recording)), 1_000, 1_040);

describe('facts of an Ubuntu Server', () => {
  const seen = facts(ubuntu);

  test('have no problems', () => {
    expect(seen.problems).toEqual({});
  });

  test('system and identity', () => {
    expect(seen.system).toEqual({
      id: 'ubuntu',
      versionId: '22.04',
      prettyName: 'Ubuntu 22.04.4 LTS',
      lts: true,
      kernel: '5.15.0-113-generic',
      architecture: 'x86_64',
      virtualization: 'none',
      cgroup: '2',
      bootId: '5cdf0cbb-5e0c-4e8a-8c3b-6f3d3c1a2b3c',
    });
    expect(seen.identity).toEqual({
      hostname: 'spot1',
      machineId: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
      productUuid: '4c4c4544-0042-3510-8052-b7c04f4a4231',
      initiatorName: 'iqn.2004-10.com.ubuntu:01:1a2b3c4d5e6f',
      hostKey: 'SHA256:fDZN/vRRWmj4EfKeJLp2vaDSF36gxaRhhGMYeVtYRFY',
    });
  });

  test('processor, memory and time', () => {
    expect(seen.cpu).toMatchObject({
      model: expect.stringContaining('Xeon'),
      cores: 16,
      flags: expect.arrayContaining(['avx']),
    });
    expect(seen.memory).toEqual({
      totalBytes: 65_808_844 * 1024,
      hugePages: 0,
      swapBytes: 8_388_604 * 1024,
      swaps: [],
    });
    expect(seen.time).toEqual({ nodeMs: 1_763_712_000_123, localMs: 1_020, uncertaintyMs: 20, synchronized: true });
  });

  test('interfaces: kinds, carrier, IPv4 first and no link-local address', () => {
    expect(seen.network?.interfaces.map(({ name, kind, up }) => [name, kind, up])).toEqual([
      ['lo', 'loopback', true],
      ['enp1s0', 'ether', true],
      ['enp2s0', 'ether', false],
      ['bond0.20', 'vlan', true],
    ]);
    expect(seen.network?.interfaces[1]).toMatchObject({
      mac: '52:54:00:aa:bb:01',
      mtu: 1500,
      addresses: [
        { address: '192.168.1.106', prefix: 24, dynamic: true },
        { address: 'fd00::106', prefix: 64, dynamic: false },
      ],
    });
  });

  test('routes, name servers behind the stub, netplan, listeners', () => {
    expect(seen.network?.routes).toEqual([
      { to: 'default', via: '192.168.1.1', device: 'enp1s0' },
      { to: '192.168.1.0/24', device: 'enp1s0' },
    ]);
    expect(seen.network).toMatchObject({ nameservers: ['192.168.1.1', '9.9.9.9'], search: ['lan', 'example.org'] });
    expect(seen.network?.netplan).toEqual([
      { path: '/etc/netplan/50-cloud-init.yaml', mode: '0600', content: expect.stringContaining('dhcp4: true\n') },
    ]);
    expect(seen.network).toMatchObject({ cloudInitPresent: true, cloudInitNetworkDisabled: false });
    expect(seen.network?.listeners).toEqual([
      { port: 53, address: '127.0.0.53', process: 'systemd-resolve', pid: 812 },
      { port: 22, address: '0.0.0.0', process: 'sshd', pid: 901 },
      { port: 22, address: '::', process: 'sshd', pid: 901 },
      { port: 16443, address: '*' },
    ]);
  });

  test('packages and MicroK8s before the first day', () => {
    expect(seen.packages).toEqual({ upgradable: 2, rebootRequired: false, installed: ['lvm2'], snapd: '2.63+22.04' });
    expect(seen.microk8s).toEqual({ installed: false, running: false, joined: false, worker: false });
  });
});

describe('MicroK8s', () => {
  const list = (notes: string) =>
    said(
      `Name      Version  Rev   Tracking     Publisher   Notes\nmicrok8s  v1.34.1  8369  1.34/stable  canonical**  ${notes}\n`,
    );
  test.each([
    ['a manager alone', 'classic', '', 'active', { held: false, running: true, joined: false, worker: false }],
    [
      'a member, held',
      'held,classic',
      'ha-cluster\nno-cert-reissue\n',
      'active',
      { held: true, running: true, joined: true, worker: false },
    ],
    [
      'a worker',
      'classic',
      'clustered.lock\nno-cert-reissue\n',
      'active',
      { running: true, joined: true, worker: true },
    ],
    ['stopped', 'classic', 'stopped.lock\n', 'inactive', { running: false }],
    ['stopped by its own command while systemd lags', 'classic', 'stopped.lock\n', 'active', { running: false }],
  ])('%s', (_, notes, locks, active, expected) => {
    const seen = facts({
      ...ubuntu,
      'snap-microk8s': list(notes),
      'microk8s-locks': said(locks),
      'microk8s-active': said(`${active}\n`, active === 'active' ? 0 : 3),
    });
    expect(seen.microk8s).toMatchObject({
      installed: true,
      version: 'v1.34.1',
      revision: '8369',
      channel: '1.34/stable',
      ...expected,
    });
  });

  test('no snapd at all means no MicroK8s; a snapd that does not answer is a problem', () => {
    expect(facts({ ...ubuntu, 'snap-microk8s': said('', 127, 'snap: command not found') }).microk8s?.installed).toBe(
      false,
    );
    const silent = facts({ ...ubuntu, 'snap-microk8s': said('', 124) });
    expect(silent.microk8s).toBeUndefined();
    expect(silent.problems.microk8s).toMatch(/did not answer in time/);
  });
});

describe('each section fails alone', () => {
  const all = Object.keys(facts(ubuntu));
  const names = probeSections.map(({ name }) => name);
  test.each(names)('without %s', (name) => {
    const { [name]: _, ...rest } = ubuntu;
    const seen = facts(rest);
    const lost = all.filter((part) => !Object.hasOwn(seen, part));
    expect(lost.length).toBeLessThanOrEqual(1);
    for (const part of lost) expect(Object.keys(seen.problems)).toContain(part);
  });

  test.each(names)('with nonsense in %s', (name) => {
    const seen = facts({ ...ubuntu, [name]: said('{"nonsense": [1]}\n', 0, '') });
    expect(all.filter((part) => !Object.hasOwn(seen, part)).length).toBeLessThanOrEqual(1);
  });

  test('an empty answer names everything as missing', () => {
    const seen = facts({});
    expect(Object.keys(seen)).toEqual(['problems']);
    expect(Object.keys(seen.problems)).toEqual(
      expect.arrayContaining(['identity', 'system', 'cpu', 'memory', 'network', 'storage']),
    );
  });
});

test('a recorded Debian node is read without a problem', () => {
  const output = readFileSync(new URL('recorded/debian-node.txt', import.meta.url), 'utf8');
  const seen = readFacts(readSections(output), 0, 0);
  // The parts that were asked for later are not in the recording.
  expect(Object.keys(seen.problems)).toEqual(['kernel', 'services']);
  expect(seen.system).toMatchObject({ id: 'debian', lts: false });
  expect(seen.storage?.volumeGroups).toMatchObject([{ name: 'ubuntu-vg', devices: ['/dev/sdb'] }]);
  expect(seen.network?.interfaces.map(({ name }) => name)).toEqual(['lo', 'eth0']);
});

describe('gathering', () => {
  const clock = (times: number[]): Clock => ({
    now: () => times.shift() ?? Number.NaN,
    elapsed: () => 0,
    sleep: async () => undefined,
  });

  function host(access: HostAccess, stdout: string, asked: RunOptions[] = []): Host {
    const run: Host['run'] = async (_, options = {}) => {
      asked.push(options);
      for (const line of stdout.split('\n')) options.onLine?.(line, 'stdout');
      return { code: stdout === '' ? 2 : 0, stdout, stderr: stdout === '' ? 'bash: broken' : '' };
    };
    return { ...fakeHost('spot1', run), access: async () => access };
  }
  const access: HostAccess = { user: 'ubuntu', sudo: 'free', address: '192.168.1.106' };
  const options = { node: 'spot1', packages: [] };

  test('the round trip ends when the time comes in, not when the probe does', async () => {
    const seen = await gatherFacts(host(access, probeText(ubuntu)), {
      ...options,
      clock: clock([1_000, 1_030, 9_000]),
    });
    expect(seen).toMatchObject({ node: 'spot1', seenAt: '1970-01-01T00:00:01.000Z', access });
    expect(seen.time).toMatchObject({ localMs: 1_015, uncertaintyMs: 15 });
  });

  test.each([
    ['refused', false],
    ['password', true],
  ] as const)('sudo %s: as root %s', async (sudo, root) => {
    const asked: RunOptions[] = [];
    await gatherFacts(host({ ...access, sudo }, probeText(ubuntu), asked), { ...options, clock: clock([1, 2]) });
    expect(asked).toMatchObject([{ sudo: root }]);
  });

  test('a node without a working bash says so', async () => {
    const seen = await gatherFacts(host(access, ''), { ...options, clock: clock([1, 2]) });
    expect(seen.problems).toEqual({ probe: 'bash: broken' });
  });
});
