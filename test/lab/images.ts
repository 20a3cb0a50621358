// The container images of the lab: a few layers, packed here from the root's busybox and the programs that were built.
// registry.ts serves them under every name that a pod may ask for.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { quietly } from './hub.ts';
import { fillIngress, ingressRecipe } from './ingress-image.ts';
import { at, here } from './place.ts';

/** Which layer an image has, by the end of its name, and what it starts. All others hold busybox and the script `part`. */
const programs: readonly { name: RegExp; layer: string; entry: string }[] = [
  { name: /\/pause$/, layer: 'pause', entry: '/pause' },
  { name: /\/coredns$/, layer: 'coredns', entry: '/coredns' },
  { name: /\/metallb\/controller$|^metallb\/controller$/, layer: 'controller', entry: '/controller' },
  { name: /\/metallb\/speaker$|^metallb\/speaker$/, layer: 'speaker', entry: '/speaker' },
  { name: /ingress-nginx\/controller$/, layer: 'ingress', entry: '/bin/env' },
  { name: /openebs\/(lvm-driver|openebs-cstor-csi-node)$/, layer: 'csi', entry: '/csi' },
];
const part = { layer: 'part', entry: '/part' };

/**
 * What the Dockerfile of an image says beside its entry point. Each VOLUME gets a folder of the container's own, which goes with the
 * container, unless a claim is mounted at that very path: not at one above it.
 */
const stated = [
  {
    name: /\/zookeeper$/,
    volumes: ['/data', '/datalog', '/logs'],
    env: ['CONF_DIR=/conf', 'DATA_DIR=/data', 'DATA_LOG_DIR=/datalog', 'LOG_DIR=/logs', 'TICK_TIME=2000']
      .concat(['INIT_LIMIT=5', 'SYNC_LIMIT=2', 'AUTOPURGE_PURGEINTERVAL=0', 'AUTOPURGE_SNAPRETAINCOUNT=3'])
      .concat(['MAX_CLIENT_CNXNS=60', 'STANDALONE_ENABLED=true', 'ADMINSERVER_ENABLED=true'])
      .map((each) => `ZOO_${each}`),
  },
  { name: /\/cp-kafka$/, volumes: ['/var/lib/kafka/data', '/etc/kafka/secrets'], env: [], user: '1000' },
  { name: /\/mongo$/, volumes: ['/data/db', '/data/configdb'], env: [] },
];

/** The folders that an image of this name, without tag, keeps for itself. */
export const volumesOf = (name: string): readonly string[] =>
  stated.find((each) => each.name.test(name))?.volumes ?? [];

/** The images that hold the real program, once a test has asked for them: `serveRealPrograms`. */
const real = [
  { name: /\/zookeeper$/, layer: 'java', words: ['/docker-entrypoint.sh', 'zkServer.sh', 'start-foreground'] },
  { name: /\/cp-kafka$/, layer: 'java', words: ['/etc/confluent/docker/run'] },
];
export const realAreServed = () => existsSync(at('nodes/real-programs'));

/** Size in bytes and SHA-256 of each layer. */
export type Layers = Record<string, { size: number; digest: string }>;

/** The layer of the image of this name, without tag, and the words that it starts with. */
export function layerOf(name: string): { readonly layer: string; readonly words: readonly string[] } {
  const genuine = realAreServed() ? real.find((each) => each.name.test(name)) : undefined;
  if (genuine) return genuine;
  const program = programs.find((each) => each.name.test(name));
  const { layer, entry } = program ?? part;
  return { layer, words: program ? [entry] : [entry, name.replace(/^.*\//, '')] };
}

/** The configuration of that image, as a registry and an archive hold it. */
export function configOf(name: string, layers: Layers): string {
  const { layer, words } = layerOf(name);
  const { volumes = [], env = [], user } = stated.find((each) => each.name.test(name)) ?? {};
  return JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: {
      Entrypoint: words,
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...env],
      Volumes: Object.fromEntries(volumes.map((path) => [path, {}])),
      User: (realAreServed() && user) || '',
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layers[layer]?.digest ?? ''}`] },
  });
}

export const imagesRecipe = () =>
  JSON.stringify([
    ...['images.ts', 'image/part', 'image/mongosh'].map((file) => readFileSync(join(here, file), 'utf8')),
    ...ingressRecipe(),
    ...['root.stamp', 'plane.stamp'].map((file) => readFileSync(at(file), 'utf8')),
  ]);

export async function buildImages(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { layer } of programs) {
    const only = (root: string) => cpSync(at('plane', layer), join(root, layer));
    await pack(folder, layer, layer === 'ingress' ? fillIngress : only);
  }
  await pack(folder, part.layer, fillPart);
  writeLayers(folder);
}

/** Of the layers in a folder. */
export function writeLayers(folder: string): void {
  const layers: Layers = {};
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
    layers[file.replace('.tar', '')] = { size: statSync(path).size, digest };
  }
  writeFileSync(join(folder, 'layers.json'), JSON.stringify(layers));
}

/** Packs the folder `NAME.d`, which goes, as the layer of this name; `fill` makes what is in it. */
export async function pack(folder: string, name: string, fill?: (root: string) => void): Promise<void> {
  const root = join(folder, `${name}.d`);
  if (fill) mkdirSync(root);
  fill?.(root);
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  await quietly`tar ${same} -cf ${join(folder, `${name}.tar`)} -C ${root} .`;
  rmSync(root, { recursive: true });
}

/** Debian's busybox and bash with the libraries that they are linked with: names are looked up by the C library, as real programs do. */
function fillPart(root: string): void {
  const from = at('root');
  for (const each of ['bin', 'etc/confluent/docker', 'tmp', 'lib64', 'usr/lib/x86_64-linux-gnu', 'usr/local/bin'])
    mkdirSync(join(root, each), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  symlinkSync('usr/lib', join(root, 'lib'));
  for (const program of ['busybox', 'bash']) cpSync(join(from, 'usr/bin', program), join(root, 'bin', program));
  for (const library of ['ld-linux-x86-64.so.2', 'libc.so.6', 'libresolv.so.2', 'libtinfo.so.6'])
    copyFileSync(join(from, 'usr/lib/x86_64-linux-gnu', library), join(root, 'usr/lib/x86_64-linux-gnu', library));
  symlinkSync('../usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', join(root, 'lib64/ld-linux-x86-64.so.2'));
  for (const applet of applets) symlinkSync('busybox', join(root, 'bin', applet));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  cpSync(join(here, 'image/part'), join(root, 'part'));
  for (const path of entryPoints) symlinkSync('/part', join(root, path));
  cpSync(join(here, 'image/mongosh'), join(root, 'usr/local/bin/mongosh'));
}

/** What a chart starts by its path in the images of Kafka, ZooKeeper and MongoDB. */
const entryPoints = ['etc/confluent/docker/run', 'docker-entrypoint.sh', 'usr/local/bin/docker-entrypoint.sh'];

const applets =
  'sh cat cp cut date df echo env grep head hostname httpd id ls mkdir mount mv nc nslookup ps rm sed sleep sync tail test timeout touch tr wget'.split(
    ' ',
  );
