import { describe, expect, test } from 'vitest';
import type { Secrets } from '../../source/host/host.ts';
import { bench, install, joinCluster, microk8s, scenarioWith } from './world.ts';

const secrets = (given: Readonly<Record<string, string>>): Secrets => ({
  login: (node) => given[node],
  sudo: (node) => given[node],
  all: () => Object.values(given),
});

describe('a fault strikes the command that it names', () => {
  const strike = async (does: object, more: object = {}) => {
    const fault = { node: 'ks-1', command: 'hostnamectl set-hostname', does, ...more };
    const world = await bench({ scenario: await scenarioWith({ faults: [fault] }) });
    const run = () => world.run('ks-1', 'env LANG=C hostnamectl set-hostname other');
    const hostname = async () => (await world.run('ks-1', 'hostname')).stdout.trim();
    return { world, run, hostname };
  };

  test('it lies: code 0 and nothing done; the second time it works', async () => {
    const { run, hostname } = await strike({ kind: 'end', code: 0, stdout: 'done\n' });
    expect(await run()).toEqual({ code: 0, stdout: 'done\n', stderr: '' });
    expect(await hostname()).toBe('ks-1');
    await run();
    expect(await hostname()).toBe('other');
  });

  test('it does its work and ends with another code', async () => {
    const { run, hostname } = await strike({ kind: 'code', code: 1, stderr: 'odd\n' });
    expect(await run()).toEqual({ code: 1, stdout: '', stderr: 'odd\n' });
    expect(await hostname()).toBe('other');
  });

  test('it never ends: the deadline does', async () => {
    const { world } = await strike({ kind: 'hang' });
    const before = world.clock.now();
    const running = world.run('ks-1', 'hostnamectl set-hostname other', { deadline: 45_000 });
    await expect(running).rejects.toMatchObject({ kind: 'deadline', node: 'ks-1' });
    expect(world.clock.now() - before).toBeGreaterThanOrEqual(45_000);
  });

  test('the connection breaks and the work is done all the same', async () => {
    const { world, run, hostname } = await strike({ kind: 'drop', afterSeconds: 2 });
    await expect(run()).rejects.toMatchObject({ kind: 'lost' });
    await world.hosts.forget('ks-1');
    expect(await hostname()).toBe('other');
  });

  test('its output ends early and the work is done all the same', async () => {
    const fault = { node: 'ks-1', command: 'cat /etc/hostname', does: { kind: 'output', bytes: 2 } };
    const world = await bench({ scenario: await scenarioWith({ faults: [fault] }) });
    expect(await world.run('ks-1', 'cat /etc/hostname')).toEqual({ code: 0, stdout: 'ks', stderr: '' });
    expect((await world.run('ks-1', 'cat /etc/hostname')).stdout).toBe('ks-1\n');
  });

  test('only on its node, and only the times that it says', async () => {
    const { world, run, hostname } = await strike({ kind: 'end', code: 3 }, { from: 2, times: 2 });
    expect((await run()).code).toBe(0);
    expect([(await run()).code, (await run()).code, (await run()).code]).toEqual([3, 3, 0]);
    expect((await world.run('ks-3', 'hostnamectl set-hostname other')).code).toBe(0);
    expect(await hostname()).toBe('other');
  });

  test('what has struck is remembered by the next process', async () => {
    const { world, run } = await strike({ kind: 'end', code: 3 });
    expect((await run()).code).toBe(3);
    const again = await world.again();
    expect((await again.run('ks-1', 'hostnamectl set-hostname other')).code).toBe(0);
  });
});

describe('a join that is killed', () => {
  const lock = (name: string) => `/var/snap/microk8s/current/var/lock/${name}`;
  const cutAt = async (at: string) => {
    const fault = { node: 'ks-3', command: 'microk8s join', does: { kind: 'cut', at } };
    const world = await bench({ scenario: await scenarioWith({ faults: [fault] }) });
    await install(world, 'ks-1', 'ks-3');
    const { code } = await joinCluster(world, 'ks-1', '10.0.4.21', 'ks-3');
    const host = await world.host('ks-3');
    const there = async (name: string) => (await host.readFile(lock(name))) !== undefined;
    const status = await world.run('ks-1', `${microk8s} status --format yaml`);
    const nodes = await world.run('ks-1', `${microk8s} kubectl get nodes -o name`);
    return {
      code,
      joining: await there('join-in-progress'),
      mark: await there('no-cert-reissue'),
      member: status.stdout.includes('10.0.4.23:19001'),
      node: nodes.stdout.includes('node/ks-3'),
    };
  };

  test.each([
    ['before-agent', { member: false, node: false }],
    ['after-agent', { member: false, node: false }],
    ['after-membership', { member: true, node: false }],
    ['before-mark', { member: true, node: true }],
  ])('%s leaves its mark, and of the node what is there by then', async (at, left) =>
    expect(await cutAt(at)).toEqual({ code: 137, joining: true, mark: false, ...left }),
  );
});

test('dies-in-join: the power goes after the token is burnt; later the join succeeds', async () => {
  const world = await bench({ scenario: 'dies-in-join' });
  await install(world, 'ks-1', 'ks-3');
  await expect(joinCluster(world, 'ks-1', '10.0.4.21', 'ks-3')).rejects.toMatchObject({ kind: 'lost', node: 'ks-3' });
  await world.hosts.forget('ks-3');
  await expect(world.host('ks-3')).rejects.toMatchObject({ kind: 'unreachable' });
  const resumed = await world.again();
  await resumed.pass(240_000);
  const left = await (await resumed.host('ks-3')).readFile('/var/snap/microk8s/current/var/lock/join-in-progress');
  expect(left).toBe('');
  expect((await joinCluster(resumed, 'ks-1', '10.0.4.21', 'ks-3')).code).toBe(0);
  const nodes = await resumed.run('ks-1', `${microk8s} kubectl get nodes -o name`);
  expect(nodes.stdout).toBe('node/ks-1\nnode/ks-3\n');
});

describe('passwords', () => {
  test('a login that wants one is refused without it and with a wrong one', async () => {
    const world = await bench({ scenario: 'passwords' });
    await expect(world.host('ks-3')).rejects.toMatchObject({ kind: 'login-refused' });
    const wrong = await world.again({ secrets: secrets({ 'ks-3': 'guess' }) });
    await expect(wrong.host('ks-3')).rejects.toMatchObject({ kind: 'login-refused' });
    const right = await world.again({ secrets: secrets({ 'ks-3': 'rehearsal' }) });
    expect((await (await right.host('ks-3')).access()).sudo).toBe('password');
  });

  test('sudo that wants one is refused without it; what needs no root still runs', async () => {
    const given: Record<string, string> = {};
    const world = await bench({ scenario: 'passwords', secrets: secrets(given) });
    const host = await world.host('ks-2');
    expect((await host.access()).sudo).toBe('refused');
    expect((await host.run(['hostname'])).code).toBe(0);
    await expect(host.run(['hostname'], { sudo: true })).rejects.toMatchObject({ kind: 'sudo-refused' });
    await expect(host.readFile('/etc/hosts')).rejects.toMatchObject({ kind: 'sudo-refused' });
    given['ks-2'] = 'rehearsal';
    expect((await host.run(['id', '-un'], { sudo: true })).stdout).toBe('root\n');
  });

  test.each([
    ['ubuntu', 'refused'],
    ['root', 'root'],
  ])('on a machine without sudo %s has the rights: %s', async (user, sudo) => {
    const scenario = await scenarioWith({ nodes: { 'ks-1': { login: { user, sudoProgram: 'none' } } } });
    const host = await (await bench({ scenario })).host('ks-1');
    expect((await host.access()).sudo).toBe(sudo);
    const asked = host.run(['id', '-un'], { sudo: true });
    if (sudo === 'root') expect((await asked).stdout).toBe('root\n');
    else
      await expect(asked).rejects.toMatchObject({
        kind: 'sudo-refused',
        why: 'The node has no sudo.',
        wants: undefined,
      });
  });
});

test('an address that no machine of the scenario has says so, and which scenario has more machines', async () => {
  const asked = async (scenario: string, address: string) => {
    const world = await bench({ scenario });
    return world.offeredHostKeys({ node: 'ks-4', addresses: [address] });
  };
  await expect(asked('healthy', '10.0.4.24')).rejects.toMatchObject({
    why: expect.stringContaining('the scenario healthy has no machine there'),
    next: [expect.stringContaining('--rehearse=spare-machines and --root')],
  });
  expect(await asked('spare-machines', '10.0.4.24')).toHaveLength(1);
});

describe('host keys', () => {
  test('a key is shown before it is trusted, and another one later is refused', async () => {
    const world = await bench();
    const target = { node: 'ks-1', addresses: ['10.0.4.21'] };
    await expect(world.hosts.get(target)).rejects.toMatchObject({ kind: 'host-key-unknown' });
    const [offer] = await world.offeredHostKeys(target);
    expect(offer?.fingerprint).toMatch(/^ED25519 SHA256:[A-Za-z0-9+/]{43}$/);
    await world.pin(offer === undefined ? [] : [offer]);
    expect(await world.offeredHostKeys(target)).toEqual([]);
    const moved = { node: 'ks-1', addresses: ['10.0.4.23'] };
    await expect(world.hosts.get(moved)).rejects.toMatchObject({ kind: 'host-key-changed' });
    expect((await world.offeredHostKeys(moved))[0]?.changedFrom).toBe(offer?.fingerprint);
  });

  test('a name that the login does not know is refused', async () => {
    const world = await bench();
    await world.host('ks-1');
    await world.hosts.forget('ks-1');
    const target = { node: 'ks-1', addresses: ['10.0.4.21'], user: 'mallory' };
    await expect(world.hosts.get(target)).rejects.toMatchObject({ kind: 'login-refused' });
  });
});
