import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { helm, loginFolder } from '../../source/kubernetes/helm.ts';
import { chart, cluster, foundHelm, needsHelm } from './rendered-chart.ts';

const secret = 'planted-S3cret';
let folder = '';
let url = '';
const asked: (string | undefined)[] = [];

const server = createServer(async (request, response) => {
  asked.push(request.headers.authorization);
  const wanted = `Basic ${Buffer.from(`deploy:${secret}`).toString('base64')}`;
  if (request.headers.authorization !== wanted) return void response.writeHead(401).end();
  response.end(await readFile(join(folder, 'repository', request.url ?? '')));
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chart-login-'));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  url = `http://127.0.0.1:${typeof at === 'object' ? at?.port : ''}`;
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

test.skipIf(foundHelm === undefined)(
  `the real Helm takes the login by standard input and fetches the chart with it ${needsHelm}`,
  async () => {
    const program = foundHelm ?? '';
    await execa(program, ['package', chart, '--destination', join(folder, 'repository')]);
    await execa(program, ['repo', 'index', join(folder, 'repository')]);
    const here = (words: readonly string[]) =>
      words.slice(2).map((word) => word.replace(loginFolder, join(folder, 'login')));
    const login = { host: 'example.org', user: 'deploy', repository: url };
    await execa(program, here(helm.login(login)), { input: secret });
    const words = helm.upgrade(
      { release: 'spot', namespace: 'spot' },
      { chart: 'kloudspot', repository: url },
      { values: 'none', description: 'none', minutes: 1, login },
    );
    const place = here(words).filter((word) => !['upgrade', '--install'].includes(word));
    const { stdout } = await execa(program, ['template', ...place.slice(0, place.indexOf('--namespace')), ...cluster]);
    expect(stdout).toContain('name: spot-web');
    expect(asked.length).toBeGreaterThan(1);
    expect((await readdir(join(folder, 'login'))).toSorted()).toEqual([
      'cache',
      'repositories.lock',
      'repositories.yaml',
    ]);
    expect((await stat(join(folder, 'login/repositories.yaml'))).mode & 0o077).toBe(0);
  },
);
