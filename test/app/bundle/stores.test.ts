import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { realStores } from '../../../source/app/bundle/stores.ts';
import type { Command, Host } from '../../../source/host/host.ts';
import { localHost } from '../../../source/host/local.ts';
import { foundHelm, needsHelm, chart as ownChart } from '../../product/rendered-chart.ts';

let folder = '';
const path = process.env['PATH'];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kloudspot-stores-'));
  await mkdir(join(folder, 'bin'));
  process.env['PATH'] = `${join(folder, 'bin')}:${path}`;
});
afterEach(async () => {
  process.env['PATH'] = path;
  await rm(folder, { recursive: true, force: true });
});

/** A program that writes down how it is called and then does what the script says. */
async function program(name: string, script: string): Promise<void> {
  const text = `#!/bin/bash\nprintf '%s\\n' "$*" >>${folder}/called\n${script}`;
  await writeFile(join(folder, 'bin', name), text, { mode: 0o755 });
}
const called = async () => (await readFile(join(folder, 'called'), 'utf8')).trim().split('\n');

/** The stores with the programs of the folder before those of this machine, whose `PATH` a host sets itself. */
const stores = (access: { logins?: string } = {}, change: (text: string) => string = (same) => same) => {
  const here = localHost('this machine', () => undefined);
  const search = `PATH=${process.env['PATH']}`;
  const changed = (command: Command): Command =>
    'text' in command
      ? { ...command, text: `${search}\n${change(command.text)}` }
      : ['env', search, `HOME=${folder}`, ...command];
  const host: Host = {
    name: here.name,
    access: () => here.access(),
    run: (command, options) => here.run(changed(command), options),
    readFile: (file) => here.readFile(file),
    writeFile: (file) => here.writeFile(file),
    close: () => here.close(),
  };
  return realStores(host, { architecture: 'amd64', kubernetes: '1.34.0', ...access });
};

describe('snap', () => {
  // Words of snapd 2.68 for a file whose snap has notes; flags as its --help names them.
  const info = `path:       "/x/microk8s.snap"
name:       microk8s
version:    v1.34.1 classic
license:    unset
description: |
  version: not this one
`;

  test('is downloaded with its assertions under its own name, and its version is read without notes', async () => {
    await program(
      'snap',
      `if [ "$1" = download ]; then
  for word; do case $word in --basename=*) base=\${word#*=};; --target-directory=*) at=\${word#*=};; esac; done
  echo squash >"$at/$base.snap"; printf 'type: snap-revision\\nsnap-revision: 8511\\n\\nsig\\n' >"$at/$base.assert"
else cat <<'END'
${info}END
fi`,
    );
    const found = await stores().snap('microk8s', '1.34/stable', folder);
    expect(found.snap).toEqual({
      file: join(folder, 'microk8s.snap'),
      name: 'microk8s',
      version: 'v1.34.1 (8511)',
      licence: undefined,
    });
    expect(found.assertion.file).toBe(join(folder, 'microk8s.assert'));
    expect(await called()).toEqual([
      `download microk8s --channel=1.34/stable --basename=microk8s --target-directory=${folder}`,
      `info --verbose ${folder}/microk8s.snap`,
    ]);
  });

  test('that the store does not have is said in its words', async () => {
    await program('snap', 'echo \'error: snap "microk8s" is not available on 9.9/stable\' >&2; exit 1');
    await expect(stores().snap('microk8s', '9.9/stable', folder)).rejects.toMatchObject({
      why: expect.stringContaining('not available on 9.9/stable'),
      next: [expect.stringContaining('what was fetched is kept')],
    });
  });

  test('a program that is not there is named with what installs it', async () => {
    process.env['PATH'] = '/usr/bin:/bin';
    await expect(stores().snap('microk8s', '1.34/stable', folder)).rejects.toMatchObject({
      message: 'snap is not installed on this machine.',
      next: ['sudo apt-get install snapd'],
    });
  });
});

describe('an image', () => {
  const copies = `for word; do case $word in docker-archive:*) file=\${word#docker-archive:}; file=\${file%%:*};; esac; done
if [ "$1" = copy ]; then [ ! -e "$file" ] || { echo "docker-archive doesn't support modifying existing images" >&2; exit 1; }; echo tar >"$file"
else echo '{"config":{"Labels":{"org.opencontainers.image.licenses":"Apache-2.0"}}}'; fi`;

  test('is written under its whole reference for the architecture of the nodes, with the login, also over half a file', async () => {
    await program('skopeo', copies);
    const file = join(folder, 'one.tar');
    await writeFile(file, 'half');
    const found = await stores({ logins: '/l/config.json' }).image('registry.k8s.io/pause:3.10', file);
    expect(found).toEqual({ file, name: 'registry.k8s.io/pause:3.10', version: '3.10', licence: 'Apache-2.0' });
    expect((await called())[0]).toBe(
      `copy --quiet --override-os linux --override-arch amd64 --authfile /l/config.json docker://registry.k8s.io/pause:3.10 docker-archive:${file}:registry.k8s.io/pause:3.10`,
    );
  });
});

const { failed: noSkopeo } = await execa('skopeo', ['--version'], { reject: false });

describe.skipIf(noSkopeo)('the real skopeo (skipped where it is not installed)', () => {
  const digest = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const layer = Buffer.alloc(10_240).toString('latin1');
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { 'org.opencontainers.image.licenses': 'MIT' } },
    rootfs: { type: 'layers', diff_ids: [digest(layer)] },
  });
  const oci = 'application/vnd.oci.image';
  const described = (type: string, text: string) => ({
    mediaType: `${oci}.${type}`,
    digest: digest(text),
    size: Buffer.byteLength(text, 'latin1'),
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${oci}.manifest.v1+json`,
    config: described('config.v1+json', config),
    layers: [described('layer.v1.tar', layer)],
  });
  const known = new Map([config, manifest, layer].map((text) => [digest(text), text]));
  const server = createServer((request, response) => {
    const asked = request.url?.split('/').at(-1) ?? '';
    const text = known.get(asked) ?? (asked === '3.10' ? manifest : request.url === '/v2/' ? '{}' : undefined);
    if (text === undefined) return void response.writeHead(404).end();
    response.setHeader('content-type', text === manifest ? `${oci}.manifest.v1+json` : 'application/octet-stream');
    response.setHeader('docker-content-digest', digest(text));
    response.end(Buffer.from(text, 'latin1'));
  });
  let host = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
    const place = server.address();
    host = `127.0.0.1:${typeof place === 'object' ? place?.port : 0}`;
  });
  afterAll(() => void server.close());

  test('pulls from a registry into an archive that names the image as containerd does', async () => {
    const settings = join(folder, '.config/containers');
    await mkdir(settings, { recursive: true });
    await writeFile(join(settings, 'registries.conf'), `[[registry]]\nlocation = "${host}"\ninsecure = true\n`);
    await writeFile(join(settings, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
    const archive = join(folder, 'pause.tar');
    const found = await stores().image(`${host}/pause:3.10`, archive);
    expect(found).toMatchObject({ version: '3.10', licence: 'MIT' });
    const { stdout } = await execa('tar', ['-xOf', archive, 'manifest.json']);
    expect(JSON.parse(stdout)).toMatchObject([{ RepoTags: [`${host}/pause:3.10`] }]);
    await expect(stores().image(`${host}/pause:9`, archive)).rejects.toMatchObject({
      why: expect.stringMatching(/manifest|404|unknown/),
    });
  });
});

describe.skipIf(foundHelm === undefined)(`the real Helm ${needsHelm}`, () => {
  const helm = foundHelm ?? '';
  const pulled = async () => (await readdir(join(folder, 'charts'))).toSorted();
  let url = '';
  let repository = '';
  const server = createServer(async (request, response) => {
    const text = await readFile(join(repository, request.url ?? '')).catch(() => undefined);
    if (text === undefined) return void response.writeHead(404).end();
    response.end(text);
  });
  beforeAll(async () => {
    repository = await mkdtemp(join(tmpdir(), 'kloudspot-charts-'));
    await execa(helm, ['package', ownChart, '--destination', repository]);
    await execa(helm, ['repo', 'index', repository]);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
    const place = server.address();
    url = `http://127.0.0.1:${typeof place === 'object' ? place?.port : 0}`;
  });
  afterAll(async () => {
    server.close();
    await rm(repository, { recursive: true });
  });
  beforeEach(async () => {
    await program('helm', `exec ${helm} "$@"`);
    await mkdir(join(folder, 'charts'));
  });

  test('pulls a chart, and again where an interrupted pull left the same file or half of one', async () => {
    const place = { chart: 'kloudspot', repository: url };
    const first = await stores().chart(place, join(folder, 'charts'));
    expect(first).toMatchObject({ name: 'kloudspot', version: expect.stringMatching(/^\d/) });
    const whole = await readFile(first.file);
    await writeFile(first.file, whole.subarray(0, 100));
    const again = await stores().chart(place, join(folder, 'charts'));
    expect(again).toEqual(first);
    expect((await readFile(again.file)).equals(whole)).toBe(true);
    expect(await pulled()).toHaveLength(1);
  });

  test('renders what it pulled with the values of the site', async () => {
    const { file } = await stores().chart({ chart: 'kloudspot', repository: url }, join(folder, 'charts'));
    const values = 'global: { dnsName: spot.acme.eu }\n';
    const objects = await stores().render(file, {
      release: 'spot',
      namespace: 'spot',
      values,
      place: { chart: 'kloudspot' },
    });
    expect(JSON.stringify(objects)).toContain('"kind":"Deployment"');
  });

  test('a repository that does not have it is said in its words', async () => {
    await expect(stores().chart({ chart: 'nosuch', repository: url }, join(folder, 'charts'))).rejects.toMatchObject({
      why: expect.stringContaining('nosuch'),
    });
  });
});

const apt = (await execa('sh', ['-c', 'command -v apt-get && command -v dpkg-deb'], { reject: false })).exitCode === 0;

describe.skipIf(!apt)('the real apt-get with an archive of our own (skipped without apt-get)', () => {
  /** A repository with `one`, which needs `two` of at least that version, in the place of Ubuntu's. */
  async function archive(): Promise<string> {
    const root = join(folder, 'ubuntu');
    const pool = join(root, 'pool');
    await mkdir(pool, { recursive: true });
    const stanzas: string[] = [];
    for (const [name, version, more] of [
      ['one', '1:2.0-1ubuntu1', 'Depends: two (>= 1.5)\n'],
      ['two', '1.5', ''],
      ['three', '3', ''],
    ] as const) {
      const tree = join(folder, 'tree', name);
      await mkdir(join(tree, 'DEBIAN'), { recursive: true });
      await chmod(join(tree, 'DEBIAN'), 0o755);
      const control = `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: t <t@example.org>\n${more}Description: t\n`;
      await writeFile(join(tree, 'DEBIAN/control'), control);
      const file = `pool/${name}.deb`;
      await execa('dpkg-deb', ['--build', '--root-owner-group', tree, join(root, file)]);
      const bytes = await readFile(join(root, file));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      stanzas.push(`${control.trimEnd()}\nFilename: ${file}\nSize: ${bytes.length}\nSHA256: ${sha256}\n`);
    }
    for (const suite of ['jammy', 'jammy-updates', 'jammy-security']) {
      const sums: string[] = [];
      for (const part of ['main', 'universe']) {
        const text = part === 'main' && suite === 'jammy' ? stanzas.join('\n') : '';
        const at = `${part}/binary-amd64/Packages`;
        await mkdir(join(root, 'dists', suite, part, 'binary-amd64'), { recursive: true });
        await writeFile(join(root, 'dists', suite, at), text);
        sums.push(` ${createHash('sha256').update(text).digest('hex')} ${Buffer.byteLength(text)} ${at}`);
      }
      const release = `Suite: ${suite}\nCodename: ${suite}\nArchitectures: amd64\nComponents: main universe\nDate: Thu, 26 Nov 2026 08:00:00 UTC\nSHA256:\n${sums.join('\n')}\n`;
      await writeFile(join(root, 'dists', suite, 'Release'), release);
    }
    return root;
  }

  const at = (root: string) => (text: string) =>
    text
      .replaceAll('http://archive.ubuntu.com/ubuntu', `copy:${root}`)
      .replaceAll('signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg', 'trusted=yes');

  test('fetches packages with all they depend on for another release, and nothing of this machine', async () => {
    const target = join(folder, 'packages/22.04');
    await mkdir(target, { recursive: true });
    await writeFile(join(target, 'left-over.deb'), 'half of an earlier try');
    const found = await stores({}, at(await archive())).packages('22.04', ['one'], target);
    expect(found.map(({ name, version }) => [name, version]).toSorted()).toEqual([
      ['one', '1:2.0-1ubuntu1'],
      ['two', '1.5'],
    ]);
    expect((await readdir(target)).toSorted()).toEqual(
      found.map(({ file }) => file.slice(target.length + 1)).toSorted(),
    );
  });

  test('says what the archive does not have in the words of apt', async () => {
    const target = join(folder, 'packages/22.04');
    await mkdir(target, { recursive: true });
    const fetching = stores({}, at(await archive())).packages('22.04', ['no-such-package'], target);
    await expect(fetching).rejects.toMatchObject({ why: expect.stringContaining('no-such-package') });
  });
});
