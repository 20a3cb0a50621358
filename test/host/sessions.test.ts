import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Host } from '../../source/host/host.ts';
import { openHosts } from '../../source/host/pool.ts';
import { Passwords } from '../../source/host/secrets.ts';
import { offeredHostKeys, pinHostKeys } from '../../source/host/ssh/known-hosts.ts';
import { hasSshd, makeSshd } from './sshd.ts';

const required = process.env.KLOUDSPOT_REQUIRE === 'all';
const cleanups: (() => Promise<void> | void)[] = [];

async function hostWith(settings: readonly string[]): Promise<{ readonly host: Host; readonly sockets: string }> {
  const sshd = await makeSshd(settings);
  const folder = mkdtempSync(join(tmpdir(), 'ks-test-'));
  const files = { knownHosts: join(folder, 'known_hosts'), sockets: join(folder, 'run') };
  await pinHostKeys(await offeredHostKeys(sshd.target, files), files);
  const pool = openHosts({ files, secrets: new Passwords() });
  cleanups.push(async () => {
    await pool.close();
    sshd.remove();
    rmSync(folder, { recursive: true });
  });
  return { host: await pool.get(sshd.target), sockets: files.sockets };
}

describe.skipIf(!hasSshd && !required)('a node that allows few sessions', () => {
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('MaxSessions %d: every command runs once and to its end', async (most) => {
    const { host, sockets } = await hostWith([`MaxSessions ${most}`]);
    const [master] = mastersOf(sockets);
    const file = join(tmpdir(), `ks-ran-${process.pid}-${most}`);
    cleanups.push(() => rmSync(file, { force: true }));
    const jobs = Array.from({ length: 8 }, (_, number) =>
      host.run(['sh', '-c', 'sleep 0.3; echo "$1" >>"$2"; echo "$1"', 'sh', String(number), file]),
    );
    const answers = await Promise.all(jobs);
    expect(answers.map(({ stdout }) => Number(stdout))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(readFileSync(file, 'utf8').trim().split('\n').toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(mastersOf(sockets)).toEqual([master]);
  });

  test('a command is stopped on the node although no session is left for the order', async () => {
    const { host } = await hostWith(['MaxSessions 1']);
    const mark = `35.${process.pid}`;
    const controller = new AbortController();
    const running = host.run(['sh', '-c', `echo go; sleep ${mark}; true`], {
      signal: controller.signal,
      onLine: () => controller.abort(),
    });
    await expect(running).rejects.toMatchObject({ kind: 'aborted' });
    await expect.poll(async () => (await host.run(['pgrep', '-f', `^sleep ${mark}`])).code).toBe(1);
  });

  test.each(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGKILL', 'SIGUSR1', 'SIGSEGV', 'SIGALRM', 'SIGTERM'] as const)(
    'an ssh that %s ends is a lost connection, no exit code of the command; the others go on',
    async (signal) => {
      const { host, sockets } = await hostWith([]);
      const ended = join(tmpdir(), `ks-ended-${process.pid}-${signal}`);
      cleanups.push(() => rmSync(ended, { force: true }));
      const other = host.run(['sh', '-c', 'until test -e "$0"; do sleep 0.05; done; echo whole', ended]);
      let told = false;
      const running = host.run(['sh', '-c', 'echo victim; sleep 60'], {
        onLine: () => {
          told = true;
        },
      });
      const fault = running.then(
        (result) => expect.fail(`it gave ${JSON.stringify(result)}`),
        (error: unknown) => error,
      );
      await expect.poll(() => told).toBe(true);
      const [client] = processes(({ words }) => words.includes(sockets) && words.includes('victim'));
      const killed = performance.now();
      process.kill(client ?? expect.fail('no ssh found'), signal);
      expect(await fault).toMatchObject({ name: 'HostFault', kind: 'lost' });
      expect(performance.now() - killed, 'not only when the command ends').toBeLessThan(30_000);
      writeFileSync(ended, '');
      expect(await other).toMatchObject({ code: 0, stdout: 'whole\n' });
    },
  );
});

const mastersOf = (sockets: string): number[] => processes(({ words }) => words.includes(`ssh: ${sockets}/m-`));

function processes(fits: (process: { readonly words: string }) => boolean): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return words.startsWith('ssh') && fits({ words }) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}
