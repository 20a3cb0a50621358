import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { address, keyPath, user } from './lab.ts';

export const home = resolve(import.meta.dirname, '../..');

/** The address that the nodes share; MetalLB answers for it. */
export const virtualAddress = '10.78.0.200';

/**
 * The product as it is, with floors that a container on a small machine can hold, the lab's Debian as operating system,
 * and the lab's charts in the place of those of the engines and of other vendors. Nothing skips a check. `seenFrom`: where the program
 * sees its own checkout.
 */
export async function writeProduct(folder: string, seenFrom = home, id = 'kloudspot'): Promise<string> {
  const product = parseDocument(await readFile(join(home, `templates/products/${id}.yaml`), 'utf8'));
  product.setIn(['nodes', 'floor'], { cores: 1, memoryGiB: 1, diskGiB: 1, rootGiB: 1 });
  product.deleteIn(['nodes', 'workerFloor']);
  product.setIn(['nodes', 'recommended'], []);
  product.setIn(['nodes', 'requireSsd'], false);
  product.setIn(['nodes', 'os'], [{ id: 'debian', minimum: '12' }]);
  const chart = id === 'kloudspot' ? 'templates/chart/kloudspot' : `test/lab/charts/${id}`;
  product.setIn(['chart', 'reference'], join(seenFrom, chart));
  for (const [engine, chart] of [
    ['lvm', 'lvm-localpv'],
    ['cstor', 'cstor'],
  ] as const) {
    product.setIn(['storage', engine, 'chart'], join(seenFrom, 'test/lab/charts', chart));
    product.deleteIn(['storage', engine, 'repository']);
    product.deleteIn(['storage', engine, 'version']);
  }
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'product.yaml');
  await writeFile(path, product.toString());
  return path;
}

interface LabNode {
  readonly n: number;
  readonly name: string;
  readonly role?: 'manager' | 'worker';
  readonly local?: boolean;
  /** Last part of the wanted address, where it is not the one it has. */
  readonly moveTo?: number;
  readonly password?: boolean;
  readonly dhcp?: boolean;
}

export interface LabSite {
  readonly folder: string;
  readonly product: string;
  readonly nodes: readonly LabNode[];
  readonly deploy?: 'now' | 'later';
  readonly features?: readonly string[];
  readonly reboot?: 'when-needed' | 'always' | 'never';
  readonly key?: string;
  readonly channel?: string;
}

export async function writeSite(options: LabSite): Promise<string> {
  const {
    folder,
    product,
    nodes,
    deploy = 'now',
    features = ['kloudInsights'],
    reboot = 'when-needed',
    key = keyPath,
    channel = '1.34/stable',
  } = options;
  const site = {
    version: 1,
    name: 'lab',
    product,
    nodes: nodes.map(({ n, name, role = 'manager', local, moveTo, password, dhcp }) => ({
      name,
      reach: address(n),
      role,
      ...(local ? { local } : { access: { user, ...(password ? {} : { key }) } }),
      network: dhcp
        ? { mode: 'dhcp', interface: 'eth0' }
        : {
            mode: 'static',
            address: `${moveTo === undefined ? address(n) : `10.78.0.${moveTo}`}/16`,
            interface: 'eth0',
            gateway: '10.78.0.1',
          },
    })),
    network: { virtualAddress, nameservers: ['10.78.0.1'], search: ['lab.test'] },
    system: { updatePackages: true, reboot },
    cluster: { channel },
    features,
    storage: {
      unshared: { volumeGroup: 'ubuntu-vg' },
      shared: { engine: 'cstor', volumeGroup: 'ubuntu-vg', volume: 'shared' },
      ...(features.length > 0 && {
        volumes: { streamElasticsearch: 1, streamState: 1, insightsDatabase: 1, kafka: 1, zookeeper: 1 },
      }),
    },
    customer: { dnsName: 'spot.lab.test', reference: 'lab' },
    tls: { mode: 'self-signed' },
    deploy,
  };
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'site.yaml');
  await writeFile(path, stringify(site));
  return path;
}
