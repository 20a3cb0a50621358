// For each kind of step: a world where its end state comes about by its own commands. More than one test tells these.
import type { PlannedStep } from '../../source/plan/step.ts';
import { items, nodes, noRelease, release, service, status, workloads } from './cluster-words.ts';
import { type Answers, onceRan } from './fake-world.ts';
import { cluster, factsOf, makePlan, product, siteOf } from './sample.ts';

export const shape = { managers: 3, workers: 1 };
export const site = siteOf(shape);
export const now = new Date('2026-11-21T08:00:00Z');
export const plan = makePlan({ purpose: 'init', site, product, facts: factsOf(shape), now });
export const stop = makePlan({ purpose: 'stop', site, product, facts: factsOf(shape, () => cluster()), now });
export const stepOf = (id: string): PlannedStep => {
  const step = [...plan.steps, ...stop.steps].find((each) => each.id === id);
  if (!step) throw new Error(`The plan has no step ${id}.`);
  return step;
};

export const M = '/snap/bin/microk8s';
export const kubectl = (rest: string) => `${M} kubectl ${rest}`;
const description = (id: string) => {
  const words = stepOf(id).commands.at(-1)?.command;
  return Array.isArray(words) ? (words[words.indexOf('--description') + 1] ?? '') : '';
};

export interface Story {
  readonly id: string;
  readonly answers?: Answers;
  readonly files?: Readonly<Record<string, string>>;
}

/** For each kind: a world where its end state comes about by its own commands, and by nothing else. */
export const stories: readonly Story[] = [
  {
    id: 'packages@ks-1',
    answers: {
      'packages-state': onceRan(
        '/dev/null',
        'lists-age 3\nupgradable 0\ninstalled lvm2\ninstalled open-iscsi\niscsid enabled active\n',
        'lists-age never\nupgradable 0\ninstalled lvm2\niscsid absent inactive\n',
      ),
    },
  },
  {
    id: 'reboot@ks-2',
    answers: {
      'boot-state': ({ ran }) =>
        ran('reboot') ? 'boot-id b\nreboot-required no\n' : 'boot-id a\nreboot-required yes\n',
    },
  },
  { id: 'hostname@ks-1', answers: { 'hostnamectl --static': onceRan('set-hostname', 'ks-1\n', 'ubuntu\n') } },
  { id: 'hosts-file@ks-1' },
  {
    id: 'network@ks-1',
    answers: {
      'systemctl is-active': { code: 3, stdout: 'inactive\n' },
      'ip -4 -o address show': onceRan(
        'netplan apply',
        '2: eth0    inet 10.0.4.21/24 brd 10.0.4.255 scope global eth0\n',
        '2: eth0    inet 10.0.4.81/24 scope global dynamic eth0\n',
      ),
    },
  },
  {
    id: 'shared-volume@ks-1',
    answers: {
      lvs: onceRan(
        'lvcreate',
        '{"report":[{"lv":[{"lv_name":"shared","vg_name":"ubuntu-vg","lv_size":"28991029248","lv_path":"","lv_tags":"kloudspot"}]}]}',
        '{"report":[{"lv":[]}]}',
      ),
    },
  },
  {
    id: 'join-manager@ks-2',
    answers: {
      pgrep: { code: 1 },
      'tcp-probe': 'open 25000\nopen 16443\n',
      [kubectl('get nodes')]: onceRan('start-join', nodes('ks-1', 'ks-2'), nodes('ks-1')),
      [`${M} status`]: onceRan('start-join', status('10.0.4.21', '10.0.4.22'), status('127.0.0.1')),
      [`${M} add-node`]: JSON.stringify({ token: `${'a'.repeat(32)}/977474d09ad8`, urls: ['172.17.0.1:25000/x'] }),
    },
  },
  {
    id: 'addon-dns',
    answers: {
      [kubectl('get deployments')]: onceRan(
        'scale',
        workloads({ kind: 'Deployment', name: 'coredns', wanted: 2, ready: 2 }),
        workloads({ kind: 'Deployment', name: 'coredns', wanted: 1, ready: 1 }),
      ),
      [kubectl('get services kube-dns')]: service(),
    },
  },
  {
    id: 'addon-ingress',
    answers: {
      [kubectl('get deployments')]: onceRan(
        'enable ingress',
        workloads({ kind: 'DaemonSet', name: 'nginx-ingress-microk8s-controller', wanted: 4, ready: 4 }),
        items([]),
      ),
      [kubectl('get ingressclasses public')]: '{"metadata":{"name":"public"}}',
    },
  },
  {
    id: 'addon-metallb',
    answers: {
      [kubectl('get deployments')]: onceRan(
        'enable metallb',
        workloads(
          { kind: 'Deployment', name: 'controller', wanted: 1, ready: 1 },
          { kind: 'DaemonSet', name: 'speaker', wanted: 4, ready: 4 },
        ),
        items([]),
      ),
      [kubectl('get ipaddresspools')]: items([
        { metadata: { name: 'default-addresspool' }, spec: { addresses: ['10.0.4.30/32'] } },
      ]),
      [kubectl('get l2advertisements')]: items([{ metadata: { name: 'default-advertise-all-pools' } }]),
    },
  },
  { id: 'ingress-service', answers: { [kubectl('get services ingress')]: onceRan('apply', service('10.0.4.30'), '') } },
  {
    id: 'storage-engine/lvm',
    answers: {
      [`${M} helm3 status`]: ({ ran }) =>
        ran('upgrade') ? release('deployed', description('storage-engine/lvm')) : noRelease,
      [kubectl('get deployments')]: workloads({
        kind: 'DaemonSet',
        name: 'node',
        wanted: 4,
        ready: 4,
        release: 'lvm-localpv',
      }),
    },
  },
  {
    id: 'cstor-pool',
    answers: {
      [kubectl('get blockdevices')]: items(
        ['ks-1', 'ks-2', 'ks-3'].map((name) => ({
          metadata: { name: `blockdevice-${name}`, labels: { 'kubernetes.io/hostname': name } },
          spec: {
            path: '/dev/dm-1',
            devlinks: [{ kind: 'by-id', links: ['/dev/disk/by-id/dm-name-ubuntu--vg-shared'] }],
          },
        })),
      ),
      [kubectl('get cstorpoolclusters')]: onceRan('apply', '{"metadata":{"name":"kloudspot"}}'),
      [kubectl('get cstorpoolinstances')]: items(
        ['ks-1', 'ks-2', 'ks-3'].map((name) => ({
          metadata: { name, labels: { 'kubernetes.io/hostname': name } },
          status: { phase: 'ONLINE', readOnly: false },
        })),
      ),
    },
  },
  {
    id: 'storage-class/unshared',
    answers: {
      [kubectl('get storageclasses')]: onceRan(
        'apply',
        JSON.stringify({
          metadata: { name: 'kloudspot-lvm' },
          provisioner: 'local.csi.openebs.io',
          parameters: { storage: 'lvm', volgroup: 'ubuntu-vg', fsType: 'ext4' },
          volumeBindingMode: 'WaitForFirstConsumer',
        }),
      ),
    },
  },
  {
    id: 'namespace',
    answers: {
      [kubectl('get namespaces')]: onceRan('apply', '{"metadata":{"name":"kloudspot"},"status":{"phase":"Active"}}'),
    },
  },
  { id: 'values' },
  { id: 'chart' },
  {
    id: 'helm-install',
    answers: {
      [`${M} helm3 status`]: ({ ran }) =>
        ran('upgrade') ? release('deployed', description('helm-install')) : noRelease,
    },
  },
  {
    id: 'helm-uninstall',
    answers: {
      [`${M} helm3 status`]: ({ ran }) => (ran('uninstall') ? noRelease : release('deployed', 'x')),
      [kubectl('get')]: items([]),
    },
  },
];
