import { describe, expect, it } from 'vitest';
import { refuseMissingImages } from '../../../source/app/release/render.ts';
import type { RunOptions } from '../../../source/host/host.ts';
import { readPasswords } from '../../../source/host/secrets.ts';
import { askImages, wantedImage } from '../../../source/plan/release/product-images.ts';
import { fakeHost, fakePool } from '../../fake-hosts.ts';
import { textOf } from '../../plan/fake-world.ts';
import { product, siteOf } from '../../plan/sample.ts';

const mirrored = siteOf(
  { managers: 3 },
  { registry: { host: 'registry.acme.eu', user: 'deploy', mirrors: { 'docker.io': 'hub' } } },
);

describe('where an image is looked for', () => {
  it('in its own registry, that of Docker Hub by its real name', () => {
    expect(wantedImage('nginx:1.27', siteOf({ managers: 3 }))).toEqual({
      image: 'docker.io/library/nginx:1.27',
      registry: 'docker.io',
      manifest: 'library/nginx/manifests/1.27',
      places: [{ url: 'https://registry-1.docker.io/v2/library/nginx/manifests/1.27', login: false }],
    });
    expect(wantedImage('localhost:32000/app@sha256:ab', siteOf({ managers: 3 })).places).toEqual([
      { url: 'http://localhost:32000/v2/app/manifests/sha256:ab', login: false },
    ]);
  });
  it("in a mirror of the site first, with the site's login, and with it in the site's own registry", () => {
    expect(wantedImage('docker.io/acme/web:9', mirrored).places).toEqual([
      { url: 'https://registry.acme.eu/v2/hub/acme/web/manifests/9', login: true },
      { url: 'https://registry-1.docker.io/v2/acme/web/manifests/9', login: false },
    ]);
    expect(wantedImage('registry.acme.eu/web:9', mirrored).places).toEqual([
      { url: 'https://registry.acme.eu/v2/web/manifests/9', login: true },
    ]);
  });
});

/** Nodes that have these images, and hear of the others that they are missing. */
function nodesWith(images: Readonly<Record<string, readonly string[]>>) {
  const asked: { text: string; stdin: string | undefined }[] = [];
  const host = (name: string) =>
    fakeHost(name, async (command, options: RunOptions = {}) => {
      const text = textOf(command);
      if (text.includes('ctr images ls')) return { code: 0, stdout: (images[name] ?? []).join('\n'), stderr: '' };
      asked.push({ text, stdin: options.stdin });
      const task: { images: { image: string }[] } = JSON.parse(text.slice(text.indexOf('{')));
      const missing = task.images.map(({ image }) => ({
        image,
        kind: 'absent',
        problem: 'the registry has no such image',
      }));
      return { code: 0, stdout: JSON.stringify({ missing }), stderr: '' };
    });
  const hosts = fakePool(({ node }) => host(node));
  return { host, hosts, asked };
}

const [one, two] = ['docker.io/acme/one:1', 'docker.io/acme/two:1'];

it('only what some node lacks is asked for, and the login goes through standard input alone', async () => {
  const { host, asked } = nodesWith({ 'ks-1': [one, two], 'ks-2': [one], 'ks-3': [one, two] });
  const found = await askImages(
    host('ks-1'),
    { site: mirrored, hostOf: async ({ name }) => host(name), secret: 'planted' },
    [one, two],
  );
  expect(found).toMatchObject({ asked: 1, from: 'ks-1', missing: [{ image: two }] });
  const login = Buffer.from('deploy:planted').toString('base64');
  expect(asked).toMatchObject([{ stdin: login }]);
  expect(asked[0]?.text).not.toMatch(new RegExp(`planted|${login}`));
});

it('start and update end with each image that is missing; one that was imported, and those of a bundle, are not asked for', async () => {
  const site = siteOf({ managers: 3 });
  const everywhere = { 'ks-1': [one], 'ks-2': [one], 'ks-3': [one] };
  const { host, hosts, asked } = nodesWith(everywhere);
  const passwords = await readPasswords({});
  const openedOf = (wanted: typeof site) => ({ site: wanted, product, passwords, world: { hosts } });
  const objects = [one, two].map((image) => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: image } },
    spec: { containers: [{ image }] },
  }));
  await expect(refuseMissingImages(host('ks-1'), openedOf(site), objects)).rejects.toMatchObject({
    exitCode: 3,
    why: `${two}: the registry has no such image`,
  });
  expect(await refuseMissingImages(host('ks-1'), openedOf(site), objects.slice(0, 1))).toEqual([]);
  await refuseMissingImages(host('ks-1'), openedOf({ ...site, bundle: '/srv/site.bundle' }), objects);
  expect(asked).toHaveLength(1);
});
