import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { HostFiles, HostPool } from '../../source/host/host.ts';
import { openHosts } from '../../source/host/pool.ts';
import { Passwords } from '../../source/host/secrets.ts';
import { offeredHostKeys, pinHostKeys } from '../../source/host/ssh/known-hosts.ts';
import { hasSshd, makeSshd, type Sshd } from './sshd.ts';

const required = process.env.KLOUDSPOT_REQUIRE === 'all';

describe.skipIf(!hasSshd && !required)('a node with two addresses', () => {
  let sshd: Sshd;
  let files: HostFiles;
  let opened: HostPool;
  beforeAll(async () => {
    sshd = await makeSshd();
    const folder = mkdtempSync(join(tmpdir(), 'ks-test-'));
    files = { knownHosts: join(folder, 'known_hosts'), sockets: join(folder, 'run') };
    await pinHostKeys(await offeredHostKeys(sshd.target, files), files);
  });
  afterEach(() => opened.close());
  afterAll(() => {
    sshd.remove();
    rmSync(join(files.knownHosts, '..'), { recursive: true });
  });

  test('the next address is tried where another machine has taken the first, and the connection is kept', async () => {
    const target = { ...sshd.target, addresses: ['nosuch.invalid', '127.0.0.1'] };
    opened = openHosts({ files, secrets: new Passwords() });
    for (let times = 0; times < 3; times += 1) {
      const host = await opened.get(target);
      expect(await host.access()).toMatchObject({ address: '127.0.0.1' });
      await host.run(['true']);
    }
    expect(readdirSync(files.sockets).filter((name) => name.startsWith('m-'))).toHaveLength(1);
  });

  test('an address that says nothing keeps no one waiting, and the one that answered comes first from then on', async () => {
    // ssh itself would wait for 8 s, and the probe for 60 s.
    const asked: string[] = [];
    const silent = createServer((socket) => {
      asked.push('silent');
      socket.on('error', () => undefined);
    });
    const answering = createServer((socket) => {
      asked.push('answering');
      const behind = connect(sshd.port, '127.0.0.1');
      for (const end of [socket, behind]) end.on('error', () => [socket, behind].map((each) => each.destroy()));
      socket.pipe(behind).pipe(socket);
    });
    silent.listen(sshd.port, '127.0.0.3');
    answering.listen(sshd.port, '127.0.0.4');
    const target = { ...sshd.target, addresses: ['127.0.0.3', '127.0.0.4'] };
    opened = openHosts({ files, secrets: new Passwords() });
    const began = performance.now();
    expect(await (await opened.get(target)).access()).toMatchObject({ address: '127.0.0.4' });
    expect(performance.now() - began).toBeLessThan(40_000);
    expect(asked[0]).toBe('silent');
    await opened.forget('spot1');
    asked.length = 0;
    await opened.get(target);
    expect(asked[0]).toBe('answering');
    answering.close();
    silent.close();
  });
});
