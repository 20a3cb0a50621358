import { expect, test } from 'vitest';
import { stepKinds } from '../../source/plan/kinds.ts';
import { items, nodes, release, status, workloads } from './cluster-words.ts';
import { type Answers, fakeWorld, kubeletOf } from './fake-world.ts';
import { factsOf, makePlan, product, siteOf, stepsOf } from './sample.ts';

const shape = { managers: 3 };
const site = siteOf(shape);
const plan = makePlan({ purpose: 'init', site, product, facts: factsOf(shape), now: new Date('2026-11-21T08:00:00Z') });
const stepOf = stepsOf(plan);
const made = (id: string) => `kloudspot ${String(stepOf(id).parameters.digest)}`;

const M = '/snap/bin/microk8s';
const kubectl = (rest: string) => `${M} kubectl ${rest}`;
const rollingOut = { kind: 'Deployment', wanted: 2, ready: 0 } as const;
const runs = { wanted: 1, ready: 1 } as const;
const lock = '/var/snap/microk8s/current/var/lock';

interface Pair {
  /** The earlier step, whose end state is there. */
  readonly earlier: string;
  readonly later: string;
  /** What both touch, and how the later one left it. */
  readonly left: string;
  readonly answers?: Answers;
  readonly files?: Readonly<Record<string, string>>;
}

/** Every pair of steps that touch one thing, with that thing as a killed later step leaves it. */
const pairs: readonly Pair[] = [
  {
    earlier: 'microk8s-install@ks-2',
    later: 'join-manager@ks-2',
    left: "MicroK8s of the node: a member without a Node, its kubelet stopped, the join's mark there",
    files: { [`${lock}/join-in-progress`]: '' },
    answers: {
      'snap list':
        'Name  Version  Rev  Tracking  Publisher  Notes\nmicrok8s  v1.34.1  8000  1.34/stable  canonical  classic,held\n',
      [`${M} status`]: { code: 1, stdout: 'microk8s is not running\n' },
    },
  },
  {
    earlier: 'packages@ks-1',
    later: 'reboot@ks-1',
    left: 'the packages: the machine has restarted a while after they were installed',
    answers: {
      'packages-state': 'lists-age 900\nupgradable 0\ninstalled lvm2\ninstalled open-iscsi\niscsid enabled active\n',
    },
  },
  {
    earlier: 'hosts-file@ks-1',
    later: 'network@ks-1',
    left: 'the address of the node: the old one, with the new netplan file written',
    files: {
      '/etc/hosts': stepOf('hosts-file@ks-1').files[0]?.content ?? '',
      [String(stepOf('network@ks-1').parameters.path)]: 'network: {}',
    },
    answers: { 'ip -4 -o address show': '2: eth0    inet 10.0.4.81/24 scope global dynamic eth0\n' },
  },
  {
    earlier: 'shared-volume@ks-1',
    later: 'cstor-pool',
    left: 'the logical volume: it carries a half-made pool',
    answers: {
      lvs: '{"report":[{"lv":[{"lv_name":"shared","vg_name":"ubuntu-vg","lv_size":"28991029248","lv_path":"","lv_tags":"kloudspot"}]}]}',
    },
  },
  {
    earlier: 'storage-engine/lvm',
    later: 'storage-engine/cstor',
    left: 'the namespace of both: the other release is installed half way',
    answers: {
      [`${M} helm3 status`]: release('deployed', made('storage-engine/lvm')),
      [kubectl('get deployments')]: workloads(
        { kind: 'DaemonSet', name: 'openebs-lvm-node', ...runs, release: 'lvm-localpv' },
        { ...rollingOut, name: 'cspc-operator', release: 'cstor' },
      ),
    },
  },
  {
    earlier: 'storage-engine/cstor',
    later: 'cstor-pool',
    left: "the engine's namespace: the deployments of the pools, which no release made, do not run",
    answers: {
      [`${M} helm3 status`]: release('deployed', made('storage-engine/cstor')),
      [kubectl('get deployments')]: workloads(
        { kind: 'Deployment', name: 'cspc-operator', ...runs, release: 'cstor' },
        { ...rollingOut, name: 'kloudspot-x7k2' },
      ),
    },
  },
  {
    earlier: 'addon-metallb',
    later: 'ingress-service',
    left: 'the pool of addresses: given to a service that is not complete',
    answers: {
      [kubectl('get deployments')]: workloads(
        { kind: 'Deployment', name: 'controller', ...runs },
        { kind: 'DaemonSet', name: 'speaker', wanted: 3, ready: 3 },
      ),
      [kubectl('get ipaddresspools')]: items([{ metadata: { name: 'x' }, spec: { addresses: ['10.0.4.30/32'] } }]),
      [kubectl('get l2advertisements')]: items([{ metadata: { name: 'x' } }]),
    },
  },
  {
    earlier: 'voters',
    later: 'join-worker@kw-1',
    left: 'the cluster: one Node more, which is not ready',
    answers: {
      [kubectl('get nodes')]: nodes('ks-1', 'ks-2', 'ks-3', { name: 'kw-1', ready: false }),
      [`${M} status`]: status('10.0.4.21', '10.0.4.22', '10.0.4.23'),
    },
  },
  {
    earlier: 'join-manager@ks-2',
    later: 'join-manager@ks-3',
    left: 'the datastore: a second member without a Node',
    files: { [`${lock}/no-cert-reissue`]: '' },
    answers: {
      [kubectl('get nodes')]: nodes('ks-1', 'ks-2'),
      [`${M} status`]: status('10.0.4.21', '10.0.4.22', '10.0.4.23'),
    },
  },
  {
    earlier: 'join-manager@ks-3',
    later: 'voters',
    left: 'the datastore: the member does not vote yet',
    files: { [`${lock}/no-cert-reissue`]: '' },
    answers: {
      [kubectl('get nodes')]: nodes('ks-1', 'ks-2', 'ks-3'),
      [`${M} status`]: status('10.0.4.21', '10.0.4.22', '10.0.4.23').replace(
        /(10\.0\.4\.23:19001\s+role:) voter/,
        '$1 spare',
      ),
    },
  },
  {
    earlier: 'microk8s-install@ks-1',
    later: 'addon-dns',
    left: "MicroK8s of the node: its kubelet's arguments are being changed, and its services start again",
    files: { [kubeletOf('ks-1')]: '--node-ip=10.0.4.21\n' },
    answers: {
      'snap list':
        'Name  Version  Rev  Tracking  Publisher  Notes\nmicrok8s  v1.34.1  8000  1.34/stable  canonical  classic,held\n',
      [`${M} status`]: { code: 1, stdout: 'microk8s is not running\n' },
    },
  },
  {
    earlier: 'join-manager@ks-2',
    later: 'addon-dns',
    left: 'MicroK8s of the node: its kubelet was not told of the name server',
    files: { [`${lock}/no-cert-reissue`]: '', [kubeletOf('ks-2')]: '--node-ip=10.0.4.22\n' },
    answers: {
      [kubectl('get nodes')]: nodes('ks-1', 'ks-2', 'ks-3'),
      [`${M} status`]: status('10.0.4.21', '10.0.4.22', '10.0.4.23'),
    },
  },
  {
    earlier: 'addon-ingress',
    later: 'ingress-service',
    left: 'the ingress: its pods run, its service has no address',
    answers: {
      [kubectl('get deployments')]: workloads({
        kind: 'DaemonSet',
        name: 'nginx-ingress-microk8s-controller',
        wanted: 3,
        ready: 3,
      }),
      [kubectl('get ingressclasses public')]: '{"metadata":{"name":"public"}}',
    },
  },
  {
    earlier: 'chart',
    later: 'helm-install',
    left: "the chart's files: a release made of them is pending",
    files: Object.fromEntries(stepOf('chart').files.map(({ path, content }) => [path, content])),
    answers: { [`${M} helm3 status`]: release('pending-install', 'x') },
  },
  {
    earlier: 'helm-install',
    later: 'rollout',
    left: 'the release: deployed, none of its pods ready',
    answers: {
      [`${M} helm3 status`]: release('deployed', made('helm-install')),
      [kubectl('get deployments')]: workloads({ ...rollingOut, name: 'web', release: 'kloudspot' }),
    },
  },
];

test.each(pairs)('$earlier is done whatever a killed $later left: $left', async ({ earlier, answers, files }) => {
  const step = stepOf(earlier);
  const { context, ran } = fakeWorld({ site, product, ...(answers && { answers }), ...(files && { files }) });
  const kind = stepKinds.get(step.kind);
  expect(await kind?.state(context, kind.parameters.parse(step.parameters), step)).toMatchObject({ ok: true });
  expect(ran).toEqual([]);
});

/** What each kind of step of a first installation changes, and another one may change too. */
const touches: Readonly<Record<string, readonly string[]>> = {
  packages: ['packages'],
  'snap-download': [],
  'images-ahead': [],
  reboot: ['packages'],
  hostname: [],
  'hosts-file': ['address'],
  network: ['address'],
  'shared-volume': ['logical volume'],
  'microk8s-install': ['MicroK8s of the node'],
  'join-manager': ['MicroK8s of the node', 'cluster'],
  'join-worker': ['MicroK8s of the node', 'cluster'],
  voters: ['cluster'],
  'addon-dns': ['MicroK8s of the node'],
  tuning: [],
  firewall: ['ports of the node'],
  'api-server': ["arguments of the node's API server"],
  'group-bindings': [],
  'addon-ingress': ['ingress'],
  'addon-metallb': ['addresses of services'],
  'ingress-service': ['ingress', 'addresses of services'],
  'storage-engine': ['namespace of the engines'],
  'cstor-pool': ['logical volume', 'namespace of the engines'],
  'storage-class': [],
  namespace: [],
  'registry-secret': [],
  'tls-secret': [],
  values: [],
  chart: ["chart's files"],
  'release-check': [],
  'helm-install': ["chart's files", 'release'],
  rollout: ['release'],
};

/** The kind whose row stands for the other: they differ in the datastore alone, which the row of managers has in it. */
const same: Readonly<Record<string, string>> = { 'join-worker': 'join-manager' };
const kindOfId = (id: string) => {
  const { kind } = wide.steps.find((step) => step.id === id) ?? stepOf(id);
  return same[kind] ?? kind;
};
const wideShape = { managers: 3, workers: 1 };
const wide = makePlan({
  purpose: 'init',
  site: siteOf(wideShape),
  product,
  facts: factsOf(wideShape),
  now: new Date('2026-11-21T08:00:00Z'),
});

test('every two kinds of steps that touch one thing, in the order of the plan, are in the table', () => {
  const kinds = [...new Set(wide.steps.map(({ kind }) => kind))];
  expect(kinds.filter((kind) => touches[kind] === undefined)).toEqual([]);
  const shares = (one: string, other: string) =>
    touches[one]?.some((thing) => touches[other]?.includes(thing)) ?? false;
  const needed = kinds.flatMap((earlier, index) =>
    kinds
      .slice(index + 1)
      .flatMap((later) => (shares(earlier, later) ? [`${same[earlier] ?? earlier} ${same[later] ?? later}`] : [])),
  );
  const held = pairs.map(({ earlier, later }) => `${kindOfId(earlier)} ${kindOfId(later)}`);
  expect([...new Set(needed)].filter((pair) => !held.includes(pair))).toEqual([]);
});
