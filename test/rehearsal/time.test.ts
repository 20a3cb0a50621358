import { generateKeyPair, generateKeyPairSync, randomBytes, scrypt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { appendFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as realWait } from 'node:timers/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../source/rehearsal/model/clock.ts';
import { bench, install, microk8s } from './world.ts';

describe('virtual time', () => {
  test('sleepers wake in the order of their times, and the clock then shows that time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 6_000 }), { maxLength: 8 }), async (spans) => {
        const clock = new VirtualClock({ virtual: 1_000, speed: 0 });
        const woken: number[] = [];
        await Promise.all(
          spans.map(async (span) => {
            await clock.sleep(span);
            expect(clock.now()).toBe(1_000 + span);
            woken.push(span);
          }),
        );
        expect(woken).toEqual(spans.toSorted((one, other) => one - other));
      }),
      { numRuns: 20, examples: [[[100_000, 7_000, 40_000]]] },
    );
  });

  test('what was made within its call is not waited for: its end is told only when it is garbage', async () => {
    const clock = new VirtualClock({ virtual: 0, speed: 0 });
    randomBytes(16);
    generateKeyPairSync('ed25519');
    const first = await Promise.race([clock.sleep(5).then(() => 'woken'), realWait(20_000, 'stands still')]);
    expect(first).toBe('woken');
  });

  const readFiles = async () => {
    for (let count = 0; count < 200; count += 1) await stat(new URL(import.meta.url));
  };
  const makeKeys = () => promisify(generateKeyPair)('rsa', { modulusLength: 4096 });

  const deriveKeys = async () => {
    for (let count = 0; count < 8; count += 1) await promisify(scrypt)('a', 'b', 64);
  };
  const lookNamesUp = async () => {
    for (let count = 0; count < 100; count += 1) await lookup('localhost');
  };

  test.each([
    ['files are being read, at no speed', readFiles, 0],
    ['files are being read, a thousand times as fast', readFiles, 1_000],
    ['keys are being made, at no speed', makeKeys, 0],
    ['keys are being made, twenty times as fast', makeKeys, 20],
    ['keys are being made, a thousand times as fast', makeKeys, 1_000],
    ['keys are being made, close to no waiting', makeKeys, 99_999],
    ['keys are derived from passwords, at no speed', deriveKeys, 0],
    ['keys are derived from passwords, a thousand times as fast', deriveKeys, 1_000],
    ['names are being looked up, at no speed', lookNamesUp, 0],
  ])('stands still while %s', async (_, work, speed) => {
    const clock = new VirtualClock({ virtual: 0, speed });
    // Longer than such work takes on a slow machine.
    const late = clock.sleep(1_000).then(() => 'deadline');
    expect(await Promise.race([late, work().then(() => 'work')])).toBe('work');
    await late;
    expect(clock.now()).toBe(1_000);
  });

  test.each([
    ['only sleeps waits a little at each leap after thousands of them', () => undefined, true],
    ['works between its sleeps is never made to wait', () => stat(new URL(import.meta.url)), false],
  ])('who %s', async (_, work, waits) => {
    const clock = new VirtualClock({ virtual: 0, speed: 0 });
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const sleeps = 20;
    try {
      for (let leap = 0; leap < 5_100; leap += 1) await Promise.all([clock.sleep(1), leap % 1_000 === 0 && work()]);
      timers.mockClear();
      for (let leap = 0; leap < sleeps; leap += 1) await clock.sleep(1);
      // The test runner has timers and files of its own, which may be waited for, too.
      expect(timers.mock.calls.filter(([, ms]) => ms === 5).length >= sleeps).toBe(waits);
    } finally {
      timers.mockRestore();
    }
  });

  test('a sleeper that is given up wakes at once with the reason', async () => {
    const clock = new VirtualClock({ virtual: 0, speed: 0 });
    const reason = new Error('enough');
    await expect(clock.sleep(1_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const sleeping = clock.sleep(1_000, controller.signal);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    expect(clock.now()).toBe(0);
  });
});

test('a clock with a speed runs that much faster', async () => {
  const real = performance.now();
  const clock = new VirtualClock({ virtual: 0, speed: 20 });
  const shown: number[] = [];
  const watch = setInterval(() => shown.push(clock.now()), 50);
  await clock.sleep(10_000);
  clearInterval(watch);
  expect(clock.now()).toBe(10_000);
  expect(performance.now() - real).toBeGreaterThanOrEqual(490);
  expect(shown.some((time) => time > 0 && time < 10_000)).toBe(true);
});

describe('commands and time', () => {
  test('a deadline ends a command, and what it would have done later is not done', async () => {
    const world = await bench();
    const running = world.run('ks-1', 'apt-get -y upgrade', { deadline: 5_000 });
    await expect(running).rejects.toMatchObject({ kind: 'deadline' });
    await world.clock.sleep(120_000);
    expect((await world.run('ks-1', 'apt-get -s upgrade')).stdout).toContain('Inst openssl');
  });

  test('a command that is given up ends at once', async () => {
    const world = await bench();
    const controller = new AbortController();
    const running = world.run('ks-1', 'sleep 500', { signal: controller.signal });
    await world.clock.sleep(10_000);
    controller.abort();
    await expect(running).rejects.toMatchObject({ kind: 'aborted' });
  });

  test('lines come while the command runs', async () => {
    const world = await bench();
    const begun = world.clock.now();
    const times: number[] = [];
    await world.run('ks-1', 'apt-get -y upgrade', { onLine: () => times.push(world.clock.now() - begun) });
    expect(times.length).toBeGreaterThan(10);
    expect(times[0]).toBeLessThan(5_000);
    expect(times.at(-1)).toBeGreaterThan(30_000);
  });
});

describe('another process', () => {
  test('sees what the first one did, with its time and its accepted host keys', async () => {
    const world = await bench();
    await world.run('ks-1', 'hostnamectl set-hostname other');
    await world.clock.sleep(3_600_000);
    await world.close();
    const again = await world.again();
    const host = await again.hosts.get({ node: 'ks-1', addresses: ['10.0.4.21'] });
    expect((await host.run(['hostname'])).stdout).toBe('other\n');
    expect(again.clock.now()).toBeGreaterThanOrEqual(world.clock.now());
  });

  test('meets what snapd went on with after its client was killed', async () => {
    const world = await bench();
    const client = new AbortController();
    const installing = world.run('ks-1', 'snap install microk8s --classic --channel=1.34/stable', {
      signal: client.signal,
    });
    await world.clock.sleep(20_000);
    client.abort();
    await expect(installing).rejects.toMatchObject({ kind: 'aborted' });
    const again = await world.again();
    const second = await again.run('ks-1', 'snap install microk8s --classic --channel=1.34/stable');
    expect(second.stderr).toBe('error: snap "microk8s" has "install-snap" change in progress\n');
    await again.clock.sleep(120_000);
    expect((await again.run('ks-1', 'snap list microk8s')).stdout).toContain('1.34/stable');
  });

  test('changes at the same time as the first one, and nothing is lost', async () => {
    const world = await bench();
    const other = await world.again();
    const both = [world, other].flatMap((one, index) =>
      Array.from({ length: 10 }, async (_, round) => {
        const host = await one.host('ks-1');
        return host.writeFile({ path: `/tmp/${index}-${round}`, content: 'x' });
      }),
    );
    await Promise.all(both);
    expect((await world.run('ks-1', 'ls -1 /tmp')).stdout.trim().split('\n')).toHaveLength(20);
  });

  test('that was killed while it saved leaves nothing behind', async () => {
    const world = await bench();
    await writeFile(join(world.files.rehearsal, 'state.json.new'), '{"version":1');
    await world.run('ks-1', 'hostnamectl set-hostname other');
    await world.close();
    expect(await readdir(world.files.rehearsal)).toEqual(['state.json']);
  });

  test('that was killed in the middle of a change has not made it, and keeps none after it', async () => {
    const world = await bench();
    await world.run('ks-1', 'hostnamectl set-hostname other');
    const log = join(world.files.rehearsal, 'state.log');
    await appendFile(log, '{"rest":{"clock"');
    expect((await world.run('ks-1', 'hostname')).stdout).toBe('other\n');
    const again = await world.again();
    expect((await again.run('ks-1', 'hostname')).stdout).toBe('other\n');
    await again.run('ks-1', 'hostnamectl set-hostname third');
    expect((await world.run('ks-1', 'hostname')).stdout).toBe('third\n');
  });

  test('that was killed once the whole model was saved leaves changes that count no more', async () => {
    const world = await bench();
    const log = join(world.files.rehearsal, 'state.log');
    await world.run('ks-1', 'hostnamectl set-hostname other');
    const old = await readFile(log);
    await world.run('ks-1', 'hostnamectl set-hostname third');
    await world.close();
    await writeFile(log, old);
    const again = await world.again();
    expect((await again.run('ks-1', 'hostname')).stdout).toBe('third\n');
    await again.run('ks-1', 'hostnamectl set-hostname fourth');
    expect((await (await world.again()).run('ks-1', 'hostname')).stdout).toBe('fourth\n');
  });

  test('that makes many changes saves the whole model now and then, and nothing is lost', async () => {
    const world = await bench();
    const [host, other] = [await world.host('ks-1'), await (await world.again()).host('ks-1')];
    const content = 'x'.repeat(200_000);
    for (let round = 0; round < 20; round += 1)
      await (round % 3 === 0 ? other : host).writeFile({ path: `/tmp/${round}`, content });
    expect((await stat(join(world.files.rehearsal, 'state.json'))).size).toBeGreaterThan(2_000_000);
    expect((await (await world.again()).run('ks-1', 'ls -1 /tmp')).stdout.trim().split('\n')).toHaveLength(20);
  });

  test('goes on where something else lies in the place of the lock', async () => {
    const world = await bench();
    await writeFile(join(world.files.rehearsal, 'state.lock'), '');
    await world.run('ks-1', 'hostnamectl set-hostname other');
    await world.close();
    expect(await readdir(world.files.rehearsal)).toEqual(['state.json']);
  });

  test('may find the model damaged, and says so', async () => {
    const world = await bench();
    await world.close();
    await writeFile(join(world.files.rehearsal, 'state.json'), '{"version":1');
    await expect(world.again()).rejects.toThrow('The rehearsal cannot be read.');
  });

  test('refuses another scenario than the one under way, begins it when asked to, and goes on with none named', async () => {
    const world = await bench();
    await install(world, 'ks-1');
    const { openRehearsal } = await import('../../source/rehearsal/rehearsal.ts');
    const other = { files: world.files, scenario: 'no-avx', speed: 0 };
    await expect(openRehearsal(other)).rejects.toMatchObject({
      message: expect.stringContaining('healthy is under way'),
    });
    expect((await world.run('ks-1', `${microk8s} version`)).code).toBe(0);
    const again = await openRehearsal({ ...other, fresh: true });
    expect((await openRehearsal({ files: world.files, speed: 0 })).scenario).toBe('no-avx');
    again.restore();
    await again.close();
    expect((await openRehearsal({ files: world.files, speed: 0 })).scenario).toBe('healthy');
    expect((await world.run('ks-1', `${microk8s} version`)).code).toBe(0);
  });
});
