// Logins of many kinds at a real sshd: each works, or its cause is named with the real program's own words.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { HostFiles, HostPool, HostTarget } from '../../source/host/host.ts';
import { openHosts } from '../../source/host/pool.ts';
import { Passwords } from '../../source/host/secrets.ts';
import { offeredHostKeys, pinHostKeys } from '../../source/host/ssh/known-hosts.ts';
import { hasUsers, makeSshd, password, type Sshd } from './sshd.ts';

const required = process.env.KLOUDSPOT_REQUIRE === 'all';
const folder = mkdtempSync(join(tmpdir(), 'ks-logins-'));
const pools: HostPool[] = [];
const agents: string[] = [];
let sshd: Sshd;
let files: HostFiles;
afterAll(() => rmSync(folder, { recursive: true }));

async function begin(settings: readonly string[] = []): Promise<void> {
  sshd = await makeSshd(settings);
  const own = mkdtempSync(join(folder, 'files-'));
  files = { knownHosts: join(own, 'known_hosts'), sockets: join(own, 'run') };
  await pinHostKeys(await offeredHostKeys(sshd.target, files), files);
}

const as = (user: string): HostTarget => {
  const { node, addresses, port } = sshd.target;
  return { node, addresses, port: port ?? 22, user, identityFile: '/nonexistent' };
};

function hostOf(target: HostTarget, secrets = Passwords.from({ login: password })) {
  const pool = openHosts({ files, secrets });
  pools.push(pool);
  return pool.get(target);
}

/** The operator's own ssh configuration: ssh finds it by the account's home, so a program in front of it names the file. */
function configured(lines: readonly string[]): void {
  const bin = mkdtempSync(join(folder, 'bin-'));
  const file = join(bin, 'config');
  writeFileSync(file, `${lines.join('\n')}\n`);
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${file} "$@"\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
}

/** An agent with these keys. */
function agentWith(...keys: readonly string[]): void {
  const socket = join(mkdtempSync(join(folder, 'agent-')), 'socket');
  const { stdout } = spawnSync('ssh-agent', ['-s', '-a', socket], { encoding: 'utf8' });
  agents.push(/SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1] ?? expect.fail(stdout));
  vi.stubEnv('SSH_AUTH_SOCK', socket);
  execFileSync('ssh-add', ['-q', ...keys], { stdio: 'ignore' });
}

describe.skipIf(!hasUsers && !required)('a login', () => {
  beforeAll(() => begin());
  afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
    for (const pid of agents.splice(0)) process.kill(Number(pid));
  });
  afterAll(() => sshd.remove());

  test.for([
    ['fish', '/usr/bin/fish'],
    ['zsh', '/usr/bin/zsh'],
    ['tcsh', '/bin/sh'],
  ] as const)(
    'by %s as login shell: arguments, scripts and input arrive as they are',
    async ([user, shell], { skip }) => {
      if (!existsSync(shell)) skip(`${shell} is not installed`);
      const host = await hostOf(as(user));
      expect(
        await host.run(['printf', '%s|', 'a b', '$x', "it's", 'back\\slash', "\\'", 'two\nlines', '!!']),
      ).toMatchObject({
        stdout: "a b|$x|it's|back\\slash|\\'|two\nlines|!!|",
      });
      const script = {
        name: 'say',
        text: 'for word in "$@"; do echo "<$word>"; done\ncat',
        arguments: ["it's", 'x y'],
      };
      expect(await host.run(script, { stdin: 'in' })).toMatchObject({ code: 0, stdout: "<it's>\n<x y>\nin" });
    },
  );

  test('with a start-up file that sets the title without a newline', async () => {
    const host = await hostOf(as('title'));
    expect(await host.run(['echo', 'clean'])).toEqual({ code: 0, stdout: 'clean\n', stderr: '' });
  });

  test.each([
    ['forced', /forced command.*It says: .*backup gate only/],
    ['leaves', /start-up file such as ~\/\.bashrc that ends the shell.*It says: maintenance/],
  ])('of the account %s is refused with its cause and words', async (user, why) => {
    await expect(hostOf(as(user))).rejects.toMatchObject({
      kind: 'login-refused',
      why: expect.stringMatching(why),
    });
  });

  test("with the operator's configuration that forbids passwords is not called a wrong password", async () => {
    configured([
      'Host *',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PreferredAuthentications publickey',
    ]);
    await expect(hostOf(as('asked'))).rejects.toMatchObject({
      kind: 'login-refused',
      why: expect.stringMatching(/^Your own ssh configuration .*preferredauthentications publickey/),
    });
  });

  test('by an agent, with no key named', async () => {
    agentWith(join(sshd.folder, 'key'));
    const { identityFile: _, ...target } = sshd.target;
    const host = await hostOf(target, new Passwords());
    expect(await host.access()).toMatchObject({ user: 'free', sudo: 'free' });
  });

  test('by password, with an agent whose keys use up the tries', async () => {
    const keys = mkdtempSync(join(folder, 'keys-'));
    const many = Array.from({ length: 8 }, (_, at) => join(keys, `key-${at}`));
    for (const key of many) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    agentWith(...many);
    const { identityFile: _, ...target } = as('asked');
    expect(await (await hostOf(target)).access()).toMatchObject({ user: 'asked' });
  });

  test('through a jump host of the configuration', async () => {
    const known = join(folder, 'known-jump');
    writeFileSync(
      known,
      execFileSync('ssh-keyscan', ['-p', String(sshd.port), '127.0.0.1'], { stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    configured([
      'Host gate',
      'HostName 127.0.0.1',
      `Port ${sshd.port}`,
      'User free',
      `IdentityFile ${join(sshd.folder, 'key')}`,
      `UserKnownHostsFile ${known}`,
    ]);
    const host = await hostOf({ ...sshd.target, jump: 'gate' }, new Passwords());
    expect(await host.run(['sh', '-c', 'echo "${SSH_CONNECTION%% *}"'])).toMatchObject({ stdout: '127.0.0.1\n' });
  });

  test('through a jump host whose key is not known says so', async () => {
    configured([
      'Host gate',
      'HostName 127.0.0.1',
      `Port ${sshd.port}`,
      'User free',
      'UserKnownHostsFile /dev/null',
      'BatchMode yes',
    ]);
    await expect(hostOf({ ...sshd.target, jump: 'gate' }, new Passwords())).rejects.toMatchObject({
      why: expect.stringMatching(/jump host/),
    });
  });
});

describe.skipIf(!hasUsers && !required)('a node that asks by keyboard-interactive alone', () => {
  beforeAll(() => begin(['KbdInteractiveAuthentication yes', 'PasswordAuthentication no']));
  afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));
  afterAll(() => sshd.remove());

  test('takes the password', async () => {
    expect(await (await hostOf(as('asked'))).access()).toMatchObject({ user: 'asked', sudo: 'password' });
  });

  test('refuses a wrong one in words', async () => {
    await expect(hostOf(as('asked'), Passwords.from({ login: 'wrong' }))).rejects.toMatchObject({
      kind: 'login-refused',
      why: expect.stringMatching(/password was not accepted/),
    });
  });
});
