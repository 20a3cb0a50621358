import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChartWanted, parseReachAnswer, reachProbe } from '../../source/facts/reach-probe.ts';

const folder = mkdtempSync(join(tmpdir(), 'reach-'));
const snap = (text: string, code: number) =>
  writeFileSync(join(folder, 'snap'), `#!/bin/sh\ncat <<'END'\n${text}\nEND\nexit ${code}\n`, { mode: 0o755 });
const index = `apiVersion: v1
entries:
  cstor:
  - apiVersion: v2
    dependencies:
    - name: openebs-ndm
      version: 2.1.0
    version: 3.6.0
  - apiVersion: v2
    version: 3.5.0
  lvm-localpv:
  - version: "1.9.1"
generated: "2026-01-01T00:00:00Z"
`;
const statuses: Readonly<Record<string, number>> = { '/v2/': 401, '/proxied': 407, '/moved/index.yaml': 404 };
const server: Server = createServer((request, response) => {
  response.statusCode = statuses[request.url ?? ''] ?? 200;
  response.end(request.method === 'GET' && request.url === '/charts/index.yaml' ? index : '');
});
let base = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** The server is in this process: the probe must not block it. */
async function ask(
  environment: string,
  urls: readonly string[],
  names: readonly string[] = [],
  charts: readonly ChartWanted[] = [],
) {
  const { text, arguments: words = [] } = reachProbe({ names, search: ['invalid'], gateways: [], urls, charts });
  writeFileSync(join(folder, 'environment'), environment);
  const own = text.replaceAll('/etc/environment', join(folder, 'environment')).replaceAll('/var/snap', folder);
  const { spawn } = await import('node:child_process');
  const child = spawn('bash', ['-c', own, 'reach', ...words], { env: { PATH: `${folder}:/usr/bin:/bin` } });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  await new Promise((resolve) => child.on('close', resolve));
  return parseReachAnswer(printed) ?? expect.fail(printed);
}

test.skipIf(spawnSync('python3', ['--version']).status !== 0)(
  'servers, names, the snap store and the disk, and nothing is left behind',
  async () => {
    snap('Connectivity status:\n * PASS', 0);
    const before = readdirSync(folder).toSorted();
    const heard = await ask('', [`${base}/v2/`, 'http://127.0.0.1:1/'], ['localhost', 'no-such-name.invalid']);
    // That a login is wanted shows that the registry is there.
    expect(heard.urls).toMatchObject({
      [`${base}/v2/`]: { status: 401 },
      'http://127.0.0.1:1/': { problem: 'Connection refused' },
    });
    expect(heard.names).toMatchObject({
      localhost: { addresses: ['127.0.0.1'] },
      'no-such-name.invalid': { addresses: [], problem: expect.stringMatching(/\w/) },
    });
    expect(heard).toMatchObject({ wildcards: [], store: 'pass', writeMs: expect.any(Number) });
    expect(readdirSync(folder).toSorted()).toEqual([...before, 'environment'].toSorted());
  },
);

test.skipIf(spawnSync('python3', ['--version']).status !== 0)(
  'the proxy of /etc/environment is used, its password is not told, and servers that snapd misses are named',
  async () => {
    snap('Connectivity status:\n * api.snapcraft.io: unreachable\n * dashboard.snapcraft.io: unreachable', 1);
    const proxy = base.replace('//', '//user:secret@');
    const heard = await ask(`HTTP_PROXY="${proxy}"\nno_proxy=127.0.0.1\n`, [
      'http://quay.example/proxied',
      `${base}/x`,
    ]);
    expect(heard.store).toEqual(['api.snapcraft.io', 'dashboard.snapcraft.io']);
    expect(heard.urls[`${base}/x`]).toEqual({ status: 200 });
    expect(heard.urls['http://quay.example/proxied']).toMatchObject({ proxy: base.replace('//', '//***@') });
    expect(JSON.stringify(heard)).not.toContain('secret');
  },
);

test.skipIf(spawnSync('python3', ['--version']).status !== 0).each([
  ['/charts/index.yaml', 'cstor', '3.6.0', undefined],
  ['/charts/index.yaml', 'lvm-localpv', '1.9.1', undefined],
  ['/charts/index.yaml', 'cstor', '3.7.0', 'it has no version 3.7.0 of the chart cstor'],
  // Another chart has that version, and a version that one begins with is another one.
  ['/charts/index.yaml', 'cstor', '1.9.1', 'it has no version 1.9.1 of the chart cstor'],
  ['/charts/index.yaml', 'cstor', '3.6', 'it has no version 3.6 of the chart cstor'],
  ['/charts/index.yaml', 'jiva', '3.6.0', 'it has no chart jiva'],
  ['/moved/index.yaml', 'cstor', '3.6.0', 'the repository answers 404: it was moved or closed'],
])('%s is asked for %s %s', async (path, chart, version, problem) => {
  snap('Connectivity status:\n * PASS', 0);
  const url = `${base}${path}`;
  const heard = await ask('', [url], [], [{ url, chart, version }]);
  expect(heard.urls[url]).toEqual(problem === undefined ? { status: 200 } : { problem });
});

/** Of snapd 2.71 for a snap that is installed, as it prints into a pipe; the description looks like a channel. */
const info = `name:      microk8s
summary:   Kubernetes for workstations and appliances
description: |
  docs/here: https://microk8s.io/docs
snap-id:      EaXqgt1lyCaxKaQCU349mlodBkDCXRcg
tracking:     1.34/stable
channels:
  1.36/stable:           --
  1.36/candidate:        \u2013
  1.36/beta:             v1.36.0  2026-04-22 (9000) 172MB classic
  1.36/edge:             ^
  1.34/stable:           v1.34.4  2026-01-14 (8612) 172MB classic
  1.34/candidate:        \u2191
installed:               v1.34.4             (8612) 172MB classic,held`;

test.skipIf(spawnSync('python3', ['--version']).status !== 0).each([
  ['with channels', info, ['1.36/beta', '1.36/edge', '1.34/stable', '1.34/candidate']],
  ['of a snap that is installed, without the store', info.replace(/channels:[\s\S]*(?=installed)/, ''), undefined],
  ['error: no snap found for "microk8s"', '', undefined],
])('what snap info says of channels: %s', async (_what, text, channels) => {
  snap(text, text === '' ? 1 : 0);
  expect((await ask('', [])).channels).toEqual(channels);
});

test('another output is not an answer', () => {
  for (const text of ['', 'Traceback', '[]', '{"names":1}']) expect(parseReachAnswer(text)).toBeUndefined();
});
