// The stores that a bundle is made from, out of what the lab has: its snaps, its packages, the layers of its images, its Helm.
import { createHash } from 'node:crypto';
import { copyFile, link, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fetched, Stores } from '../../source/bundle/stores.ts';
import { parseManifests } from '../../source/kubernetes/manifests.ts';
import { quietly } from './hub.ts';
import { configOf, type Layers, layerOf } from './images.ts';
import { at } from './place.ts';

const stock = at('root/opt/packages/stock');

export const labStores: Stores = {
  snap: async (name, channel, folder) => {
    const track = name === 'microk8s' ? `-${channel.split('/')[0]}` : '';
    const snap = join(folder, `${name}.snap`);
    const assertion = join(folder, `${name}.assert`);
    await copyFile(at('snaps', `${name}${track}.snap`), snap);
    // as the node's `snap` knows it
    await writeFile(assertion, 'signed by the lab\n');
    return { snap: { file: snap, name }, assertion: { file: assertion, name } };
  },
  packages: async (_release, _names, folder) => {
    const files = (await readdir(stock)).filter((file) => file.endsWith('.deb') && !file.startsWith('lab-'));
    return Promise.all(
      files.map(async (file): Promise<Fetched> => {
        await copyFile(join(stock, file), join(folder, file));
        const [name = file, version] = file.split('_');
        return { file: join(folder, file), name, version };
      }),
    );
  },
  image: async (reference, file) => {
    await writeImage(reference, file);
    return { file, name: reference };
  },
  chart: async ({ chart }) => {
    throw new Error(`the lab has its charts in folders: ${chart}`);
  },
  render: async (chart, { release, namespace, values }) => {
    const helm = quietly({ input: values });
    return parseManifests(
      (
        await helm`${at('plane/helm')} template ${release} ${chart} --namespace ${namespace} --kube-version 1.34.0 --include-crds --values -`
      ).stdout,
    );
  },
};

/** As `docker save` writes it. */
async function writeImage(reference: string, file: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-image-'));
  const layers: Layers = JSON.parse(await readFile(at('images/layers.json'), 'utf8'));
  const name = reference.replace(/[:@][^/]*$/, '');
  const { layer } = layerOf(name);
  const config = configOf(name, layers);
  const configFile = `${createHash('sha256').update(config).digest('hex')}.json`;
  await writeFile(join(folder, configFile), config);
  await writeFile(
    join(folder, 'manifest.json'),
    JSON.stringify([{ Config: configFile, RepoTags: [reference], Layers: [`${layer}.tar`] }]),
  );
  await link(at('images', `${layer}.tar`), join(folder, `${layer}.tar`)).catch(() =>
    copyFile(at('images', `${layer}.tar`), join(folder, `${layer}.tar`)),
  );
  await quietly`tar -cf ${file} -C ${folder} .`;
  await rm(folder, { recursive: true });
}
