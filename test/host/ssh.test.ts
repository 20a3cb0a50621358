import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Host, HostFiles, HostPool, HostTarget } from '../../source/host/host.ts';
import { openHosts } from '../../source/host/pool.ts';
import { Passwords } from '../../source/host/secrets.ts';
import { offeredHostKeys, pinHostKeys, pinKeysOf } from '../../source/host/ssh/known-hosts.ts';
import { hasSshd, hasUsers, makeSshd, password, type Sshd } from './sshd.ts';

const required = process.env.KLOUDSPOT_REQUIRE === 'all';
let sshd: Sshd;
let folder: string;
let files: HostFiles;
const pools: HostPool[] = [];

function pool(secrets = new Passwords(), own: HostFiles = files): HostPool {
  const opened = openHosts({ files: own, secrets });
  pools.push(opened);
  return opened;
}

describe.skipIf(!hasSshd && !required)('over a real sshd', () => {
  beforeAll(async () => {
    sshd = await makeSshd();
    folder = mkdtempSync(join(tmpdir(), 'ks-test-'));
    files = { knownHosts: join(folder, 'known_hosts'), sockets: join(folder, 'run') };
    await pinHostKeys(await offeredHostKeys(sshd.target, files), files);
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((opened) => opened.close()));
  });
  afterAll(() => {
    sshd.remove();
    rmSync(folder, { recursive: true });
  });

  describe('host keys', () => {
    const empty = () => ({
      knownHosts: join(mkdtempSync(join(folder, 'new-')), 'known_hosts'),
      sockets: files.sockets,
    });

    test('an unknown one is refused, offered with its fingerprint, and trusted once pinned', async () => {
      const fresh = empty();
      await expect(pool(new Passwords(), fresh).get(sshd.target)).rejects.toMatchObject({ kind: 'host-key-unknown' });
      expect(existsSync(fresh.knownHosts)).toBe(false);
      const [offer, ...more] = await offeredHostKeys(sshd.target, fresh);
      expect(more).toEqual([]);
      expect(offer).toMatchObject({
        node: 'spot1',
        address: '127.0.0.1',
        fingerprint: expect.stringMatching(/^ED25519 SHA256:\S{43}$/),
      });
      await pinHostKeys(offer ? [offer] : [], fresh);
      expect(await offeredHostKeys(sshd.target, fresh)).toEqual([]);
      await pool(new Passwords(), fresh).get(sshd.target);
    });

    test('while one takes the place of another both are trusted, and then the new one alone', async () => {
      const fresh = empty();
      const [old] = await offeredHostKeys(sshd.target, fresh);
      await pinHostKeys(old ? [old] : [], fresh);
      const next = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f root@spot1';
      await Promise.all([pinKeysOf('spot1', [next], true, fresh), pinKeysOf('spot2', [next], true, fresh)]);
      expect(readFileSync(fresh.knownHosts, 'utf8').trim().split('\n')).toEqual([
        old?.line,
        expect.stringMatching(/^spot1 ssh-ed25519 AAAAC3Nza\S+$/),
        expect.stringMatching(/^spot2 ssh-ed25519 /),
      ]);
      await pool(new Passwords(), fresh).get(sshd.target);
      await pinKeysOf('spot1', [next], false, fresh);
      await expect(pool(new Passwords(), fresh).get(sshd.target)).rejects.toMatchObject({ kind: 'host-key-changed' });
    });

    test('a changed one stops everything, with both fingerprints; it can be pinned knowingly', async () => {
      const fresh = empty();
      const [first] = await offeredHostKeys(sshd.target, fresh);
      await pinHostKeys(first ? [first] : [], fresh);
      sshd.kill();
      sshd.newHostKey();
      await sshd.start();
      const [second] = await offeredHostKeys(sshd.target, fresh);
      expect(second?.changedFrom).toBe(first?.fingerprint);
      const fault = await pool(new Passwords(), fresh)
        .get(sshd.target)
        .catch((error) => error);
      expect(fault).toMatchObject({ kind: 'host-key-changed', where: 'spot1' });
      expect(fault.why).toContain(first?.fingerprint);
      expect(fault.why).toContain(second?.fingerprint);
      await pinHostKeys(second ? [second] : [], files);
      await pool().get(sshd.target);
    });
  });

  describe('commands', () => {
    let host: Host;
    let kept: HostPool;
    beforeAll(async () => {
      kept = openHosts({ files, secrets: new Passwords() });
      host = await kept.get(sshd.target);
    });
    afterAll(() => kept.close());

    test('arguments, streams, input and exit codes come through', async () => {
      expect(await host.run(['printf', '%s|', 'a b', '$x', "it's"])).toEqual({
        code: 0,
        stdout: "a b|$x|it's|",
        stderr: '',
      });
      expect(await host.run(['sh', '-c', 'cat; printf err >&2; exit 255'], { stdin: 'in\n' })).toEqual({
        code: 255,
        stdout: 'in\n',
        stderr: 'err',
      });
      expect(await host.run(['no-such-command'])).toMatchObject({ code: 127 });
      expect(
        await host.run({ name: 'say', text: 'echo "$0 $1"; cat', arguments: ['x y'] }, { stdin: 'z' }),
      ).toMatchObject({ stdout: 'say x y\nz' });
    });

    test('much output, twenty commands at once, and a megabyte of input', async () => {
      const { stdout } = await host.run(['sh', '-c', 'yes 0123456789abcde | head -c 8000000']);
      expect(stdout).toHaveLength(8_000_000);
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => host.run(['echo', String(n)])));
      expect(answers.map((answer) => Number(answer.stdout))).toEqual([...Array(20).keys()]);
      expect((await host.run(['wc', '-c'], { stdin: 'x'.repeat(1_000_000) })).stdout.trim()).toBe('1000000');
    });

    test('a late command and an aborted one are ended on the node', async () => {
      const [late, aborted] = [`33.${process.pid}`, `34.${process.pid}`];
      await expect(host.run(['sleep', late], { deadline: 300 })).rejects.toMatchObject({
        kind: 'deadline',
        message: expect.stringContaining('`sleep` on '),
      });
      const signal = AbortSignal.timeout(300);
      await expect(host.run(['sleep', aborted], { signal })).rejects.toMatchObject({ kind: 'aborted' });
      for (const mark of [late, aborted]) {
        await expect.poll(async () => (await host.run(['pgrep', '-f', `^sleep ${mark}`])).code).toBe(1);
      }
    });

    test('lines are told as they come', async () => {
      const lines: [string, number][] = [];
      await host.run(['sh', '-c', 'echo one; sleep 0.4; echo two'], {
        onLine: (line) => lines.push([line, performance.now()]),
      });
      expect(lines.map(([line]) => line)).toEqual(['one', 'two']);
      expect((lines[1]?.[1] ?? 0) - (lines[0]?.[1] ?? 0)).toBeGreaterThan(200);
    });
  });

  test('a key that the node does not know is refused in words', async () => {
    const target = { ...sshd.target, identityFile: join(sshd.folder, 'stranger') };
    await expect(pool().get(target)).rejects.toMatchObject({
      kind: 'login-refused',
      why: expect.stringMatching(/No key was accepted/),
    });
  });

  test('a port where nothing listens', async () => {
    await expect(pool().get({ ...sshd.target, port: 1 })).rejects.toMatchObject({
      kind: 'unreachable',
      why: expect.stringMatching(/refused/),
    });
  });

  describe('a connection that breaks', () => {
    afterAll(() => sshd.start());

    test('while a command runs is told as lost, not as exit code 255; the next command connects again', async () => {
      const host = await pool().get(sshd.target);
      const running = host.run(['sh', '-c', 'echo go; sleep 30'], { onLine: () => sshd.kill() });
      await expect(running).rejects.toMatchObject({ kind: 'lost', node: 'spot1' });
      await expect(host.run(['true'])).rejects.toMatchObject({ kind: 'unreachable' });
      await sshd.start();
      expect(await host.run(['echo', 'again'])).toMatchObject({ stdout: 'again\n' });
    });

    test('between two commands is corrected unseen', async () => {
      const host = await pool().get(sshd.target);
      sshd.kill();
      await sshd.start();
      expect(await host.run(['echo', 'again'])).toMatchObject({ stdout: 'again\n' });
    });

    test('a master that hangs does not hold up forever', async () => {
      const host = await pool().get(sshd.target);
      const master = masters(files.sockets)[0] ?? expect.fail('no master connection');
      process.kill(master, 'SIGSTOP');
      try {
        await expect(host.run(['true'], { deadline: 300 })).rejects.toMatchObject({
          kind: 'deadline',
          why: expect.stringMatching(/no longer answered/),
        });
        expect(await host.run(['echo', 'anew'])).toMatchObject({ stdout: 'anew\n' });
      } finally {
        process.kill(master, 'SIGKILL');
      }
    });
  });

  test('closing leaves no connection and no socket behind', async () => {
    const opened = pool();
    await opened.get(sshd.target);
    expect(masters(files.sockets)).toHaveLength(1);
    await opened.close();
    await expect.poll(() => masters(files.sockets)).toEqual([]);
    expect(readdirSync(files.sockets)).toEqual([]);
  });

  describe.skipIf(!hasUsers && !required)('with passwords', () => {
    const as = (user: string): HostTarget => {
      const { node, addresses, port } = sshd.target;
      return { node, addresses, port: port ?? 22, user, identityFile: '/nonexistent' };
    };

    test('the right one opens; sudo takes it too, and the command keeps its own input', async () => {
      const host = await pool(Passwords.from({ login: password })).get(as('asked'));
      expect(await host.access()).toEqual({ user: 'asked', sudo: 'password', address: '127.0.0.1' });
      expect(await host.run(['sh', '-c', 'id -un; cat'], { sudo: true, stdin: 'own\n' })).toEqual({
        code: 0,
        stdout: 'root\nown\n',
        stderr: '',
      });
      expect(await host.run(['id', '-un'])).toMatchObject({ stdout: 'asked\n' });
    });

    test.each([
      ['a wrong one', () => Passwords.from({ login: 'wrong' }), /password was not accepted/],
      ['none', () => new Passwords(), /takes passwords, but none was given/],
    ])('%s is refused in words', async (_, secrets, why) => {
      await expect(pool(secrets()).get(as('asked'))).rejects.toMatchObject({
        kind: 'login-refused',
        why: expect.stringMatching(why),
      });
    });

    test('a wrong one for sudo is refused, and the right one given later is taken', async () => {
      const secrets = Passwords.from({ login: password, sudo: 'wrong' });
      secrets.give('spot1', 'sudo', 'wrong');
      const host = await pool(secrets).get(as('asked'));
      expect(await host.access()).toMatchObject({ sudo: 'refused' });
      await expect(host.run(['id'], { sudo: true })).rejects.toMatchObject({
        kind: 'sudo-refused',
        why: expect.stringMatching(/password was not accepted/),
      });
      secrets.give('spot1', 'sudo', password);
      expect(await host.run(['id', '-un'], { sudo: true })).toMatchObject({ stdout: 'root\n' });
    });

    test('a user who may not use sudo at all', async () => {
      const host = await pool(Passwords.from({ login: password })).get(as('plain'));
      await expect(host.run(['id'], { sudo: true })).rejects.toMatchObject({
        kind: 'sudo-refused',
        why: expect.stringMatching(/sudoers|may not run/),
      });
    });

    test.each([
      ['tty', 'requiretty', /wants a terminal for sudo \(requiretty\)\. sudo says: sudo: .*tty/],
      ['rootpw', "root's password", /sudo wants the password of root here/],
      ['some', 'some commands only', /some commands only.*sudo says: .*not allowed/],
      ['noshell', 'no shells', /some commands only.*sudo says: .*not allowed/],
    ])('%s: sudo with %s is named, and its own words are shown', async (user, _, why) => {
      const host = await pool(Passwords.from({ login: password })).get(as(user));
      await expect(host.run(['id'], { sudo: true })).rejects.toMatchObject({
        kind: 'sudo-refused',
        why: expect.stringMatching(why),
      });
    });

    test('sudo that asks for everything but one harmless command gets the password', async () => {
      const host = await pool(Passwords.from({ login: password })).get(as('truefree'));
      expect(await host.run(['id', '-un'], { sudo: true })).toMatchObject({ stdout: 'root\n' });
    });

    test.each([
      ['nologin', /login shell of the account is nologin/],
      ['expired', /account has expired/],
      ['stale', /password of the account has expired/],
    ])('%s: the login is refused with the cause', async (user, why) => {
      await expect(pool(Passwords.from({ login: password })).get(as(user))).rejects.toMatchObject({
        kind: 'login-refused',
        why: expect.stringMatching(why),
      });
    });

    test('a file is written as root, atomically, whatever the login', async () => {
      const host = await pool(Passwords.from({ login: password })).get(as('asked'));
      const path = join(folder, 'as-root');
      expect(await host.writeFile({ path, content: 'one\n', mode: 0o600 })).toEqual({ before: undefined });
      expect(await host.writeFile({ path, content: 'two\n' })).toEqual({ before: 'one\n' });
      expect([readFileSync(path, 'utf8'), statSync(path).uid, statSync(path).mode & 0o777]).toEqual([
        'two\n',
        0,
        0o600,
      ]);
      expect(await host.readFile(path)).toBe('two\n');
    });

    test('no process shows a password in its arguments or environment, and no file holds it', async () => {
      const seen = new Set<string>();
      const watch = setInterval(() => secretsInProcesses(seen), 5);
      const host = await pool(Passwords.from({ login: password })).get(as('asked'));
      const inFiles = filesWith(files.sockets);
      await host.run(['sleep', '0.3'], { sudo: true });
      clearInterval(watch);
      expect([...seen]).toEqual([]);
      expect(inFiles).toEqual([]);
    });
  });
});

/** The master connections whose sockets lie in the folder. */
function masters(sockets: string): number[] {
  return processes().filter((pid) => textOf(`/proc/${pid}/cmdline`).includes(`ssh: ${sockets}/m-`));
}

function secretsInProcesses(seen: Set<string>): void {
  for (const pid of processes()) {
    for (const part of ['cmdline', 'environ']) {
      if (textOf(`/proc/${pid}/${part}`).includes(password)) seen.add(`${part} of ${textOf(`/proc/${pid}/cmdline`)}`);
    }
  }
}

const processes = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function filesWith(where: string): string[] {
  return readdirSync(where)
    .map((name) => join(where, name))
    .filter((path) => statSync(path).isFile() && textOf(path).includes(password));
}
