import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Host } from '../../source/host/host.ts';
import { localHost } from '../../source/host/local.ts';
import { openHosts } from '../../source/host/pool.ts';
import { Passwords } from '../../source/host/secrets.ts';
import { offeredHostKeys, pinHostKeys } from '../../source/host/ssh/known-hosts.ts';
import { hasUsers, makeSshd, type Sshd } from './sshd.ts';

const required = process.env.KLOUDSPOT_REQUIRE === 'all';
const script = { name: 'say', text: 'cat; echo "$0 $1"', arguments: ['one'] };
/** What a start-up file must not be able to do to a script: hold it up, add to its output, end it. */
const hostile = 'touch "$HOME/was-read"; echo noise; echo noise >&2; sleep 100; exit 3\n';
const quiet = { code: 0, stdout: 'insay one\n', stderr: '' };

describe('start-up files of bash on this machine', () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'ks-home-'));
    for (const name of ['.bashrc', '.bash_profile', '.profile', 'bash-env']) writeFileSync(join(home, name), hostile);
    vi.stubEnv('HOME', home);
    // As under systemd or cron, where no shell is above.
    vi.stubEnv('SHLVL', undefined);
    // As in a login by SSH, where bash reads ~/.bashrc for a command, too.
    vi.stubEnv('SSH_CLIENT', '192.0.2.1 5 22');
    vi.stubEnv('SSH2_CLIENT', '192.0.2.1 5 22');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  });

  test('~/.bashrc is not read', async () => {
    expect(await localHost('here', () => undefined).run(script, { stdin: 'in', deadline: 300_000 })).toEqual(quiet);
  });

  test('nor is what BASH_ENV names, and functions of the environment stay out', async () => {
    vi.stubEnv('BASH_ENV', join(home, 'bash-env'));
    vi.stubEnv('BASH_FUNC_cat%%', '() { echo not cat; }');
    expect(await localHost('here', () => undefined).run(script, { stdin: 'in', deadline: 300_000 })).toEqual(quiet);
  });
});

describe.skipIf(!hasUsers && !required)('start-up files of a login shell over SSH (needs root)', () => {
  let sshd: Sshd;
  const pool = () => openHosts({ files: filesIn(sshd.folder), secrets: new Passwords() });
  const pools: ReturnType<typeof pool>[] = [];
  async function connected(bashrc: string): Promise<Host> {
    writeFileSync(join(sshd.folder, 'home/.bashrc'), bashrc);
    const opened = pool();
    pools.push(opened);
    return opened.get(sshd.target);
  }
  beforeAll(async () => {
    sshd = await makeSshd();
    await pinHostKeys(await offeredHostKeys(sshd.target, filesIn(sshd.folder)), filesIn(sshd.folder));
  });
  afterEach(() => Promise.all(pools.splice(0).map((opened) => opened.close())));
  afterAll(() => sshd.remove());

  test('one that is slow and prints much changes no output and no exit code', async () => {
    const noise = 'for i in $(seq 300); do echo "noise $i"; echo "kloudspot-login $i" >&2; done; sleep 1; false\n';
    const host = await connected(noise);
    expect(await host.run(script, { stdin: 'in' })).toEqual(quiet);
    expect(await host.run(['sh', '-c', 'exit 7'])).toEqual({ code: 7, stdout: '', stderr: '' });
  });

  test('one that ends the shell is named', async () => {
    await expect(connected('echo no way; exit 0\n')).rejects.toMatchObject({
      kind: 'login-refused',
      why: expect.stringMatching(/~\/\.bashrc.*no way/),
    });
  });
});

const filesIn = (folder: string) => ({ knownHosts: join(folder, 'known_hosts'), sockets: join(folder, 'run') });
