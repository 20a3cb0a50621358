import { mkdtemp, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wantedOf } from '../../../source/app/bundle/wanted.ts';
import { loadProduct } from '../../../source/product/load.ts';
import { damagedParts, openBundle } from '../../../source/workstation/bundle/open.ts';
import { siteOf } from '../../plan/sample.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kloudspot-bundle-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const asked = async () => (await readFile(join(folder, 'asked'), 'utf8').catch(() => '')).trim().split('\n');
const maker = () => execa(process.execPath, [join(import.meta.dirname, 'maker.ts'), folder], { reject: false });

test('a bundle whose making is killed goes on where it was, fetches no part twice but the one it was at, and is whole', async () => {
  const first = maker();
  while ((await asked()).length < 9) await wait(5);
  first.kill('SIGKILL');
  await first;
  const before = await asked();
  expect(await readdir(folder)).not.toContain('site.bundle');
  const second = await maker();
  expect(second.stderr).toBe('');
  const all = await asked();
  const twice = all.filter((name, index) => all.indexOf(name) !== index);
  // Snap and assertion, or the packages of a release, are one item.
  expect(
    twice.every((name) => before.slice(-3).includes(name)),
    twice.join(),
  ).toBe(true);
  const bundle = await openBundle(join(folder, 'site.bundle'));
  expect(await damagedParts(bundle)).toEqual([]);
  expect(bundle.manifest.parts.map(({ name }) => name)).toContain('example.org/own:1');
  expect((await readdir(folder)).toSorted()).toEqual(['asked', 'site.bundle']);
});

test('a part that changed on disk since is fetched again', async () => {
  const first = maker();
  while ((await asked()).length < 9) await wait(5);
  first.kill('SIGKILL');
  await first;
  await truncate(join(folder, 'site.bundle.parts/snaps/snapd.snap'), 3);
  await maker();
  expect((await asked()).filter((name) => name === 'snapd')).toHaveLength(2);
  expect(await damagedParts(await openBundle(join(folder, 'site.bundle')))).toEqual([]);
});

test('parts that are larger than what may be in memory are written, and verified, piece by piece', async () => {
  const large = join(folder, 'large');
  const file = await open(large, 'w');
  const megabytes = 400;
  await file.truncate(megabytes * 2 ** 20);
  await file.close();
  const here = (path: string) => JSON.stringify(join(import.meta.dirname, '../../../source/workstation/bundle', path));
  const text = `
    import { writeArchive, listArchive } from ${here('archive.ts')};
    import { digestOfFile } from ${here('digest.ts')};
    const [, large, output] = process.argv;
    await writeArchive(output, [{ path: 'images/one.tar', from: { file: large } }]);
    const [entry] = await listArchive(output);
    await digestOfFile(output, entry);
    console.log(String(entry.bytes / 2 ** 20) + ' ' + String(Math.round(process.resourceUsage().maxRSS / 1024)));`;
  const words = ['--input-type=module-typescript', '--eval', text, large, join(folder, 'out')];
  const { stdout } = await execa(process.execPath, words);
  const [written, most] = stdout.split(' ').map(Number);
  expect(written).toBe(megabytes);
  expect(most).toBeLessThan(megabytes * 0.6);
}, 120_000);

describe('services of the cluster', () => {
  const of = async (services: readonly string[], ofProduct: readonly string[] = []) => {
    const product = { ...(await loadProduct('kloudspot')), services: [...ofProduct] };
    const site = siteOf({ managers: 3 }, services.length === 0 ? {} : { cluster: { services } });
    return wantedOf(site, product).images.map(({ reference }) => reference);
  };

  test('whose images are all they fetch are in the bundle, those of the product too', async () => {
    const image = 'registry.k8s.io/metrics-server/metrics-server:v0.8.0';
    expect(await of(['metrics-server'])).toContain(image);
    expect(await of([], ['metrics-server'])).toContain(image);
    expect(await of([])).not.toContain(image);
  });

  test.each([
    [['observability'], []],
    [[], ['metrics-server', 'observability']],
  ])('that fetch charts from the internet are refused: site %j, product %j', async (site, product) => {
    await expect(of(site, product)).rejects.toMatchObject({
      message: 'A bundle does not hold the services observability of the cluster.',
    });
  });
});
