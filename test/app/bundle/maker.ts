/** Makes a bundle from stores that write down what they are asked, in a process that a test may kill: `maker.ts FOLDER`. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createBundle } from '../../../source/app/bundle/create.ts';
import type { Stores } from '../../../source/bundle/stores.ts';
import { loadProduct } from '../../../source/product/load.ts';
import { siteOf } from '../../plan/sample.ts';

const [, , folder = ''] = process.argv;
/** Every call takes a while, in which the process may end with half a file. */
async function given(file: string, name: string): Promise<{ file: string; name: string; version: string }> {
  appendFileSync(join(folder, 'asked'), `${name}\n`);
  writeFileSync(file, 'half');
  await wait(40);
  writeFileSync(file, `the whole of ${name}`);
  return { file, name, version: '1' };
}

const stores: Stores = {
  snap: async (name, _, at) => ({
    snap: await given(join(at, `${name}.snap`), name),
    assertion: await given(join(at, `${name}.assert`), `${name}.assert`),
  }),
  packages: (release, names, at) =>
    Promise.all(names.map((name) => given(join(at, `${name}.deb`), `${name} for ${release}`))),
  image: (reference, file) => given(file, reference),
  chart: ({ chart }, at) => given(join(at, `${chart.split('/').at(-1)}.tgz`), chart),
  render: async () => [{ image: 'example.org/own:1' }],
};

const site = siteOf({ managers: 3 });
const wish = { site, product: await loadProduct('kloudspot'), releases: ['22.04'], architecture: 'amd64' };
await createBundle({ ...wish, output: join(folder, 'site.bundle'), now: new Date(0) }, stores, () => undefined);
