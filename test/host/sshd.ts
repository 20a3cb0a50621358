// A real sshd on 127.0.0.1 for tests, with keys and users of its own and none of the machine's.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { HostTarget } from '../../source/host/host.ts';

const program = '/usr/sbin/sshd';
export const password = 'se cret $1';

const runs = (file: string) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

export const hasSshd = runs(program);
/** Users with passwords and sudo need a mount namespace, so root: their passwd, shadow and sudoers exist in there alone. */
export const hasUsers = hasSshd && runs('/usr/bin/sudo') && spawnSync('unshare', ['-m', 'true']).status === 0;

export interface Sshd {
  readonly folder: string;
  readonly port: number;
  /** Logs in by key: `free` with sudo for nothing in the namespace, else the user who runs the tests. */
  readonly target: HostTarget;
  /** Ends the listener and every connection, as a machine that dies would. */
  kill(): void;
  /** Ends every connection, as a fault of sshd would: what runs in the sessions is left. */
  dropSessions(): void;
  start(): Promise<void>;
  /** The machine is reinstalled. */
  newHostKey(): void;
  remove(): void;
}

/** `rules`: sudo's line for the user. `shadow`: the fields behind the password's hash. */
interface User {
  readonly rules?: string;
  readonly shadow?: string;
  readonly shell?: string;
  /** A home of its own with this ~/.bashrc. */
  readonly bashrc?: string;
}

const users: Readonly<Record<string, User>> = {
  free: { rules: 'free ALL=(ALL) NOPASSWD: ALL' },
  asked: { rules: 'asked ALL=(ALL) ALL' },
  plain: {},
  tty: { rules: 'tty ALL=(ALL) ALL\nDefaults:tty requiretty' },
  rootpw: { rules: 'rootpw ALL=(ALL) ALL\nDefaults:rootpw rootpw' },
  some: { rules: 'some ALL=(ALL) NOPASSWD: /usr/bin/apt-get, /usr/bin/true' },
  truefree: { rules: 'truefree ALL=(ALL) NOPASSWD: /usr/bin/true, PASSWD: ALL' },
  noshell: { rules: 'noshell ALL=(ALL) NOPASSWD: ALL, !/bin/sh, !/usr/bin/sh, !/bin/dash, !/usr/bin/dash' },
  nologin: { shell: '/usr/sbin/nologin' },
  expired: { shadow: '19000:0:99999:7::18000:' },
  stale: { shadow: '0:0:99999:7:::' },
  fish: { shell: '/usr/bin/fish' },
  zsh: { shell: '/usr/bin/zsh' },
  tcsh: { shell: 'tcsh-like' },
  title: { bashrc: "printf '\\033]0;node\\007'" },
  leaves: { bashrc: 'echo maintenance; exit 3' },
  forced: {},
};

/** What tcsh does not take in a command: a quoted text over several lines, and history marks. */
const tcshLike = `#!/bin/sh
case "$2" in
*'
'*) echo "Unmatched '''." >&2; exit 1 ;;
*'!'*) echo "0: Event not found." >&2; exit 1 ;;
esac
exec /bin/sh -c "$2"
`;

/** `settings`: lines of sshd_config that come before the usual ones. */
export async function makeSshd(settings: readonly string[] = []): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'ks-sshd-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  let running: number | undefined;
  const sshd: Sshd = {
    folder,
    port,
    target: {
      node: 'spot1',
      addresses: ['127.0.0.1'],
      port,
      user: hasUsers ? 'free' : userInfo().username,
      identityFile: join(folder, 'key'),
    },
    kill() {
      for (const pid of running === undefined ? [] : [running, ...descendants(running)]) killQuietly(pid);
      running = undefined;
    },
    dropSessions() {
      const own = new Set(execFileSync('pgrep', ['-x', 'sshd|sshd-session'], { encoding: 'utf8' }).trim().split('\n'));
      for (const pid of running === undefined ? [] : descendants(running)) if (own.has(String(pid))) killQuietly(pid);
    },
    async start() {
      if (running !== undefined) return;
      // One that was killed holds the port until the system has taken it down.
      await untilListening(port, false);
      const words = hasUsers
        ? ['unshare', '-m', 'bash', join(folder, 'inside')]
        : [program, '-D', '-e', '-f', join(folder, 'conf')];
      const child = spawn(words[0] ?? '', words.slice(1), { stdio: 'ignore', detached: true });
      running = child.pid;
      await untilListening(port, true);
    },
    newHostKey: () => makeKey(join(folder, 'host')),
    remove() {
      this.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  prepare(folder, port, settings);
  await sshd.start();
  return sshd;
}

function prepare(folder: string, port: number, settings: readonly string[]): void {
  const put = (name: string, text: string, mode = 0o644) => writeFileSync(join(folder, name), text, { mode });
  makeKey(join(folder, 'host'));
  makeKey(join(folder, 'key'));
  makeKey(join(folder, 'stranger'));
  put('authorized', readFileSync(join(folder, 'key.pub'), 'utf8'));
  const lines = [
    ...settings,
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${join(folder, 'host')}`,
    'StrictModes no',
    'PidFile none',
  ];
  lines.push(`AuthorizedKeysFile ${join(folder, 'authorized')}`, 'KbdInteractiveAuthentication no', 'MaxStartups 50');
  lines.push(`PasswordAuthentication ${hasUsers ? 'yes' : 'no'}`, `UsePAM ${hasUsers ? 'yes' : 'no'}`);
  // A block of one user ends what holds for all.
  if (hasUsers) lines.push('Match User forced', 'ForceCommand echo backup gate only');
  put('conf', `${lines.join('\n')}\n`);
  if (hasUsers) prepareUsers(folder, put);
}

function prepareUsers(folder: string, put: (name: string, text: string, mode?: number) => void): void {
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim();
  const added = (file: string, line: (user: string, id: number, own: User) => string) =>
    readFileSync(file, 'utf8') +
    Object.entries(users)
      .map(([user, own], index) => `${line(user, 4242 + index, own)}\n`)
      .join('');
  put(
    'passwd',
    added(
      '/etc/passwd',
      (user, id, { shell = '/bin/bash', bashrc }) =>
        `${user}:x:${id}:${id}::${folder}/home${bashrc === undefined ? '' : `/${user}`}:${shell.startsWith('/') ? shell : join(folder, shell)}`,
    ),
  );
  put(
    'group',
    added('/etc/group', (user, id) => `${user}:x:${id}:`),
  );
  put(
    'shadow',
    added('/etc/shadow', (user, _, { shadow = '19000:0:99999:7:::' }) => `${user}:${hash}:${shadow}`),
    0o600,
  );
  put('tcsh-like', tcshLike, 0o755);
  mkdirSync(join(folder, 'home'));
  put('home/.bashrc', 'echo noise of a login shell; echo more noise >&2\n');
  for (const [user, { bashrc }] of Object.entries(users)) {
    if (bashrc === undefined) continue;
    mkdirSync(join(folder, 'home', user));
    put(`home/${user}/.bashrc`, `${bashrc}\n`);
  }
  mkdirSync(join(folder, 'sudoers.d'));
  const rules = Object.values(users).flatMap(({ rules: own }) => own ?? []);
  put('sudoers.d/test', `${rules.join('\n')}\nDefaults passwd_tries=1\n`, 0o440);
  // the real password check, without its two seconds of penance
  mkdirSync(join(folder, 'pam.d'));
  for (const service of ['sshd', 'sudo']) {
    put(
      `pam.d/${service}`,
      'auth required pam_unix.so nodelay\naccount required pam_unix.so\nsession required pam_permit.so\n',
    );
  }
  const binds = ['passwd', 'group', 'shadow', 'sudoers.d', 'pam.d'].map(
    (name) => `mount --bind ${folder}/${name} /etc/${name}`,
  );
  // a simulated upgrade then takes no seconds, whatever lists this machine has
  mkdirSync(join(folder, 'no-packages'));
  binds.push(`[ ! -d /var/lib/apt/lists ] || mount --bind ${folder}/no-packages /var/lib/apt/lists`);
  put('inside', ['set -e', ...binds, 'mkdir -p /run/sshd', `exec ${program} -D -e -f ${folder}/conf`, ''].join('\n'));
}

function makeKey(path: string): void {
  rmSync(path, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
}

function descendants(pid: number): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.flatMap(([child = 0, above]) => (above === parent ? [child, ...below(child)] : []));
  return below(pid);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const found = server.address();
      server.close(() => (found && typeof found === 'object' ? resolve(found.port) : reject(new Error('no port'))));
    });
  });
}

/** Waits as long as a busy machine takes for sshd to listen on the port, or to be gone from it. */
async function untilListening(port: number, wanted: boolean): Promise<void> {
  const until = performance.now() + 300_000;
  for (;;) {
    const found = execFileSync('ss', ['-H', '-ltn', `sport = :${port}`], { encoding: 'utf8' });
    if ((found.trim() !== '') === wanted) return;
    if (performance.now() > until) throw new Error(wanted ? 'sshd did not start' : 'sshd did not end');
    await setTimeout(25);
  }
}
