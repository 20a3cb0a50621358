import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBundle } from '../../source/app/bundle/create.ts';
import { loadProduct } from '../../source/product/load.ts';
import { loadSite } from '../../source/site/load.ts';
import { reportSchema } from '../../source/status/report.ts';
import { labStores } from './bundle-stores.ts';
import { expectProduct } from './judge.ts';
import * as lab from './lab.ts';
import { fromLaptop, journal, ran } from './program.ts';
import { writeProduct, writeSite } from './site.ts';

let root: string;
let site: string;
let bundle: string;

/** One machine: what is installed from the bundle, and from where, is the same on each of several. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({ nodes: 1, volumeGroup: 'ubuntu-vg', disk: '100G', upgrade: false });
  await lab.onNode(1, 'apt-get purge -qy open-iscsi');
  const folder = join(root, 'site');
  const product = await writeProduct(folder);
  site = await writeSite({ folder, product, nodes: [{ n: 1, name: 'solo' }], features: ['kloudInsights'] });
  bundle = join(root, 'site.bundle');
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

it('without an uplink init is refused, and says what to do', async () => {
  lab.cutRegistry();
  await lab.fault(1, 'no-uplink');
  await lab.onNode(1, 'mv /etc/apt/sources.list /root/');
  const { code, stdout } = await ran(fromLaptop(root, 'init', '--site', site, '--yes', '--accept-new-host-keys'));
  expect([code, stdout.slice(-3_000)]).toEqual([3, expect.stringContaining('bundle create')]);
});

it('from a bundle alone the product is built on it', async () => {
  const product = await loadProduct(join(root, 'site/product.yaml'));
  const release = (await lab.onNode(1, '. /etc/os-release; echo "$VERSION_ID"')).stdout.trim();
  await createBundle(
    {
      ...{ site: (await loadSite(site)).site, product, output: bundle },
      ...{ releases: [release], architecture: 'amd64', now: new Date() },
    },
    labStores,
    () => undefined,
  );
  expect((await stat(bundle)).size).toBeGreaterThan(100_000_000);
  await writeFile(site, `${await readFile(site, 'utf8')}bundle: ${bundle}\n`);
  const { code, stdout, stderr } = await ran(
    fromLaptop(root, 'init', '--site', site, '--yes', '--accept-new-host-keys'),
  );
  expect(code, stdout.slice(-3_000) + stderr).toBe(0);
  await expectProduct(1);
  const said = await ran(fromLaptop(root, 'status', '--site', site, '--json'));
  const report = reportSchema.parse(JSON.parse(said.stdout));
  expect(report.verdict, report.reasons.join()).toBe('ok');
});

it('nothing was asked of a store, an archive or a registry', async () => {
  const commands = journal(root).flatMap(({ type, command }) => (type === 'command' ? JSON.stringify(command) : []));
  expect(commands.filter((words) => words.includes('receive-part')).length).toBeGreaterThan(20);
  expect(commands.filter((words) => /https?:\/\/(?!127)|oci:|apt-get.*update|"--repo"/.test(words))).toEqual([]);
  expect((await lab.onNode(1, "dpkg-query -W -f '${Status}' open-iscsi")).stdout).toBe('install ok installed');
  const events = (await lab.objects('events', '--all-namespaces')).map((event) => JSON.stringify(event));
  expect(events.filter((event) => event.includes('already present on machine')).length).toBeGreaterThan(5);
  expect(events.filter((event) => event.includes('Successfully pulled image'))).toEqual([]);
});
