// The snaps that the nodes' real snapd installs from files: an empty snapd, an empty base, and MicroK8s for each track: the stand-ins
// with the apps, daemons and hooks that the real snap has. A shim (snap/snap) puts the file in the place of the store.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { raw } from '../../source/microk8s/data/raw.ts';
import { quietly } from './hub.ts';
import { here } from './place.ts';

const standIns = join(here, 'stand-ins');
const hooks = join(here, 'snap/hooks');

/** Tracks to install from. All hold the same Kubernetes programs; only what the snap says of itself differs. */
const tracks = { '1.33': 'v1.33.6', '1.34': 'v1.34.4', '1.35': 'v1.35.0' };

const apps = (
  'add-node addons config ctr dbctl disable enable helm helm3 images inspect join kubectl leave refresh-certs ' +
  'remove-node reset start status stop version'
).split(' ');

/** Daemon → the program that it runs. etcd and flanneld are there, as in the real snap, and never run. */
const daemons = {
  'k8s-dqlite': 'datastore',
  kubelite: 'kubelite',
  containerd: 'containerd',
  'cluster-agent': 'agent',
  'apiserver-proxy': 'proxy',
  'apiserver-kicker': 'kicker',
  etcd: 'idle',
  flanneld: 'idle',
};

const common = { summary: 'lab', description: 'lab', architectures: ['amd64'] };
const snapd = { ...common, name: 'snapd', version: '2.68.3', type: 'snapd' };
const base = { ...common, name: 'core22', version: '20250923', type: 'base' };
const microk8s = (version: string) => ({
  ...common,
  name: 'microk8s',
  version,
  base: 'core22',
  confinement: 'classic',
  grade: 'stable',
  apps: {
    microk8s: { command: 'lab/microk8s' },
    ...Object.fromEntries(apps.map((app) => [app, { command: `lab/microk8s ${app}` }])),
    ...Object.fromEntries(
      Object.entries(daemons).map(([name, program]) => [
        `daemon-${name}`,
        {
          command: `lab/${program}`,
          daemon: 'simple',
          'restart-condition': 'always',
          'restart-delay': '1s',
          'stop-timeout': '2s',
          // pods outlive a restart of what started them
          ...(name === 'containerd' && { 'stop-mode': 'sigterm' }),
        },
      ]),
    ),
  },
});

export const snapsRecipe = () =>
  JSON.stringify([
    snapd,
    base,
    Object.values(tracks).map(microk8s),
    raw,
    ...[standIns, hooks].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__'))
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [readFileSync(path, 'utf8'), statSync(path).mode & 0o111]),
    ),
  ]);

/** A few seconds: the files are small. */
export async function buildSnaps(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await pack(folder, 'snapd', snapd, (root) => {
    mkdirSync(join(root, 'usr/lib/snapd'), { recursive: true });
    writeFileSync(join(root, 'usr/lib/snapd/info'), `VERSION=${snapd.version}\n`);
  });
  await pack(folder, 'core22', base);
  for (const [track, version] of Object.entries(tracks)) {
    await pack(folder, `microk8s-${track}`, microk8s(version), (root) => {
      cpSync(standIns, join(root, 'lab'), { recursive: true, filter: (path) => !path.includes('__pycache__') });
      cpSync(hooks, join(root, 'meta/hooks'), { recursive: true });
      writeFileSync(join(root, 'lab/release.json'), JSON.stringify({ version, track }));
      writeFileSync(join(root, 'lab/microk8s.json'), JSON.stringify(raw));
      mkdirSync(join(root, 'addons/core'), { recursive: true });
      writeFileSync(join(root, 'addons/core/addons.yaml'), `# of track ${track}\n`);
    });
  }
}

async function pack(folder: string, name: string, yaml: object, fill?: (root: string) => void): Promise<void> {
  const root = join(folder, `${name}.d`);
  mkdirSync(join(root, 'meta'), { recursive: true });
  writeFileSync(join(root, 'meta/snap.yaml'), stringify(yaml));
  fill?.(root);
  await quietly`mksquashfs ${root} ${join(folder, `${name}.snap`)} -noappend -comp xz -no-progress -quiet -all-root`;
  rmSync(root, { recursive: true });
}
