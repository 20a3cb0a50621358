import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pinHostKeys } from '../../source/host/ssh/known-hosts.ts';
import { Semaphore } from '../../source/host/ssh/semaphore.ts';
import { socketFolder } from '../../source/host/ssh/socket-folder.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ks-test-'));
  writeFileSync(join(folder, 'file'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the folder for sockets', () => {
  test('is the wanted one where its path is short, and ours alone', async () => {
    const wanted = join(folder, 'run');
    expect(await socketFolder(wanted)).toBe(wanted);
    expect(statSync(wanted).mode & 0o777).toBe(0o700);
    chmodSync(wanted, 0o755);
    await socketFolder(wanted);
    expect(statSync(wanted).mode & 0o777).toBe(0o700);
  });

  test.each([
    ['a path that is too long for a socket', () => join(folder, 'x'.repeat(90))],
    ['a folder that cannot be made', () => join(folder, 'file/run')],
  ])('%s: a private one in the temporary folder', async (_, wanted) => {
    const found = await socketFolder(wanted());
    expect(found.startsWith(tmpdir())).toBe(true);
    expect(statSync(found).mode & 0o777).toBe(0o700);
    rmSync(found, { recursive: true });
  });
});

describe('pinned host keys', () => {
  const offer = (node: string, key: string) => ({
    node,
    address: '10.0.0.1',
    fingerprint: 'ED25519 SHA256:x',
    line: `${node} ssh-ed25519 ${key}`,
  });

  test("are kept by node; a new key takes the old one's place, others stay", async () => {
    const files = { knownHosts: join(folder, 'state/known_hosts'), sockets: folder };
    await pinHostKeys([offer('a', 'AAAA'), offer('b', 'BBBB')], files);
    await pinHostKeys([offer('a', 'CCCC')], files);
    expect(readFileSync(files.knownHosts, 'utf8')).toBe('b ssh-ed25519 BBBB\na ssh-ed25519 CCCC\n');
    expect(statSync(files.knownHosts).mode & 0o777).toBe(0o600);
  });
});

describe('the semaphore', () => {
  test('lets a few through at once, all of them in the end, also past one that fails', async () => {
    const semaphore = new Semaphore(3);
    let inside = 0;
    let most = 0;
    const jobs = Array.from({ length: 20 }, (_, number) =>
      semaphore.use(async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        if (number % 5 === 0) throw new Error('one of them');
      }),
    );
    const ends = await Promise.allSettled(jobs);
    expect(most).toBe(3);
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(4);
  });

  test('a lowered limit holds once those inside have left, and never falls below one', async () => {
    const semaphore = new Semaphore(4);
    let most = 0;
    const job = () =>
      semaphore.use(async () => {
        most = Math.max(most, semaphore.inside);
        await new Promise((resolve) => setImmediate(resolve));
      });
    await Promise.all(Array.from({ length: 8 }, job));
    expect(most).toBe(4);
    semaphore.lowerTo(0);
    semaphore.lowerTo(9);
    most = 0;
    await Promise.all(Array.from({ length: 8 }, job));
    expect(most).toBe(1);
  });
});
