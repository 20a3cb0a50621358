import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imagesProbe, parseImages, type WantedImage } from '../../source/facts/images-probe.ts';
import { mirrorText } from '../../source/plan/release/registry.ts';

const login = Buffer.from('deploy:planted-Secret').toString('base64');
/** By repository: who may read it. Tag 1.0 is there, no other. */
const repositories: Readonly<Record<string, 'anyone' | 'token' | 'basic' | 'broken'>> = {
  open: 'anyone',
  'team/app': 'token',
  'old/app': 'basic',
  broken: 'broken',
};
const heard: string[] = [];
let base = '';
const mirrors = mkdtempSync(join(tmpdir(), 'mirrors-'));

/** A registry as the distribution specification has it, with the token service of Docker Hub and with Basic. */
function registry(request: IncomingMessage, response: ServerResponse): void {
  const { url = '', method, headers } = request;
  heard.push(`${method} ${url}`);
  const [, name = '', tag] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url) ?? [];
  const answer = (code: number, more: Record<string, string> = {}) => response.writeHead(code, more).end();
  if (url.startsWith('/token'))
    return void response.end(JSON.stringify({ token: headers.authorization === `Basic ${login}` ? 'good' : 'none' }));
  const wanted = { anyone: undefined, token: 'Bearer good', basic: `Basic ${login}`, broken: undefined }[
    repositories[name] ?? 'anyone'
  ];
  const challenge =
    repositories[name] === 'basic'
      ? 'Basic realm="registry"'
      : `Bearer realm="${base}/token",service="registry",scope="repository:${name}:pull"`;
  if (wanted !== undefined && headers.authorization !== wanted)
    return void answer(401, { 'WWW-Authenticate': challenge });
  if (repositories[name] === 'broken') return void answer(502);
  answer(repositories[name] !== undefined && tag === '1.0' ? 200 : 404);
}

const server: Server = createServer(registry);
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => {
  server.close();
  rmSync(mirrors, { recursive: true });
});

const image = (name: string, tag = '1.0', more: WantedImage['places'] = []): WantedImage => ({
  image: `${name}:${tag}`,
  registry: 'registry.test',
  manifest: `${name}/manifests/${tag}`,
  places: [...more, { url: `${base}/v2/${name}/manifests/${tag}`, login: true }],
});

/** A file of containerd's, for a registry. */
function hosts(folder: string, text: string): void {
  mkdirSync(join(mirrors, folder), { recursive: true });
  writeFileSync(join(mirrors, folder, 'hosts.toml'), text);
}

async function ask(images: readonly WantedImage[], given: string) {
  const script = imagesProbe({ images, mirrors, proxy: {} });
  const words = ['-c', script.text, script.name, ...(script.arguments ?? [])];
  expect(words.join(' ')).not.toContain(login);
  const child = spawn('bash', words);
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  child.stdin.end(given);
  await new Promise((resolve) => child.on('close', resolve));
  return parseImages(printed) ?? expect.fail(printed);
}

const none = spawnSync('python3', ['--version']).status !== 0;

test.skipIf(none)('finds images with a token and with Basic, and names each that is not there', async () => {
  const wanted = [image('open'), image('team/app'), image('old/app'), image('open', '2.0'), image('broken')];
  expect(await ask(wanted, login)).toEqual([
    { image: 'open:2.0', kind: 'absent', problem: 'the registry has no such image' },
    { image: 'broken:1.0', kind: 'silent', problem: 'the registry answers 502' },
  ]);
  // Nothing is pulled: manifests are asked for by HEAD.
  expect(heard.filter((line) => line.includes('/manifests/') && !line.startsWith('HEAD'))).toEqual([]);
});

test.skipIf(none)('without the login, with a wrong one, and where nothing answers', async () => {
  const wrong = Buffer.from('deploy:other').toString('base64');
  expect(await ask([image('team/app'), image('old/app')], wrong)).toMatchObject([
    { image: 'team/app:1.0', kind: 'absent', problem: 'the registry refuses the login, or has no such image' },
    { image: 'old/app:1.0', kind: 'absent', problem: 'the registry refuses the login, or has no such image' },
  ]);
  expect(await ask([image('old/app')], '')).toMatchObject([
    { kind: 'absent', problem: 'the registry requires a login' },
  ]);
  const nowhere = {
    ...image('x'),
    image: 'x:1',
    places: [{ url: 'http://127.0.0.1:1/v2/x/manifests/1', login: false }],
  };
  expect(await ask([nowhere], '')).toEqual([{ image: 'x:1', kind: 'silent', problem: 'Connection refused' }]);
});

test.skipIf(none)('a mirror that lacks an image or is away leaves it to the registry', async () => {
  const mirror = { url: `${base}/v2/mirror/open/manifests/1.0`, login: true };
  const away = { url: 'http://127.0.0.1:1/v2/open/manifests/1.0', login: true };
  expect(await ask([image('open', '1.0', [mirror]), image('team/app', '1.0', [away])], login)).toEqual([]);
});

test.skipIf(none)("containerd's own mirrors are asked first, with what they are told to send", async () => {
  const nowhere = (registry: string): WantedImage => ({ ...image('old/app'), registry, places: [] });
  hosts('_default', `server = "${base}"\n[host."${base}"]\n  capabilities = ["pull", "resolve"]\n`);
  expect(await ask([{ ...image('open'), places: [] }], '')).toEqual([]);
  const url = 'https://locked.test/v2';
  const told = mirrorText({ host: 'locked.test', user: 'deploy', mirrors: {} }, 'locked.test', '');
  hosts('locked.test', told.replaceAll(url, `${base}/v2`).replace('<registry login>', login));
  expect(await ask([nowhere('locked.test')], '')).toEqual([]);
  expect(await ask([nowhere('other.test')], '')).toMatchObject([{ kind: 'absent' }]);
});

test.skipIf(none)('a silent mirror is named beside the registry that lacks the image, which may be there', async () => {
  const of = (registry: string, tag: string): WantedImage => ({ ...image('open', tag), registry });
  const host = new URL(base).host;
  hosts('away.test', `[host."http://127.0.0.1:1"]\n  capabilities = ["pull", "resolve"]\n`);
  expect(await ask([of('away.test', '2.0')], login)).toEqual([
    {
      image: 'open:2.0',
      kind: 'silent',
      problem: `127.0.0.1:1: Connection refused; ${host}: the registry has no such image`,
    },
  ]);
  hosts('lacks.test', `[host."${base}/v2/mirror"]\n  override_path = true\n`);
  expect(await ask([of('lacks.test', '2.0')], login)).toEqual([
    { image: 'open:2.0', kind: 'absent', problem: 'the registry has no such image' },
  ]);
  const gone = { url: 'http://127.0.0.1:1/v2/open/manifests/2.0', login: false };
  expect(await ask([{ ...of('lacks.test', '2.0'), places: [gone] }], login)).toEqual([
    {
      image: 'open:2.0',
      kind: 'silent',
      problem: `${host}: the registry has no such image; 127.0.0.1:1: Connection refused`,
    },
  ]);
});

test.skipIf(none)(
  "the server of containerd's file is asked in the place of the registry itself, without its login",
  async () => {
    const upstream = { url: 'http://127.0.0.1:1/v2/open/manifests/1.0', login: true };
    const of = (registry: string, name: string): WantedImage => ({ ...image(name), registry, places: [upstream] });
    hosts('moved.test_5000_', `# containerd\nserver = '${base}'\n`);
    expect(await ask([of('moved.test:5000', 'open')], login)).toEqual([]);
    expect(await ask([of('moved.test:5000', 'old/app')], login)).toEqual([
      { image: 'old/app:1.0', kind: 'absent', problem: 'the registry requires a login' },
    ]);
    hosts('both.test', `server = "${base}"\n[host."http://127.0.0.1:1"]\n`);
    expect(await ask([of('both.test', 'open')], login)).toEqual([]);
  },
);
