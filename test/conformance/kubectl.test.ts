// The rehearsal's kubectl beside the real one with a real API server: the same words, one after the other, on both.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../source/tls/self-signed.ts';
import { hasPlane, needsPlane, type Plane, startPlane } from '../kubernetes/plane.ts';
import { type Bench, bench, install, microk8s, scenarioWith } from '../rehearsal/world.ts';

type Row = readonly [words: string, manifest?: object | string];

const apply = 'apply --server-side --force-conflicts -f -';
const named = (kind: string, name: string, namespace?: string) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});
const workload = (kind: string, name: string, spec: object, app = name) => ({
  ...named(kind, name, 'x'),
  apiVersion: 'apps/v1',
  spec: {
    replicas: 0,
    selector: { matchLabels: { app } },
    template: { metadata: { labels: { app } }, spec: { containers: [{ name, image: 'nginx' }] } },
    ...spec,
  },
});
const claimOf = (storage: string) => ({
  volumeClaimTemplates: [
    { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } } },
  ],
});
const set = (storage: string, spec: object = {}) =>
  workload('StatefulSet', 'db', { serviceName: 'db', ...claimOf(storage), ...spec });
const free = (spec: object) => ({
  ...workload('Deployment', 'web', spec),
  ...{ metadata: { name: 'web', namespace: 'free' } },
});
const merge = 'deployment web -n x --type merge -p';

/** In this order: each row builds on those before. */
const rows: readonly Row[] = [
  ['get namespace nope -o json'],
  ['get namespace nope --ignore-not-found -o json'],
  ['get nope'],
  ['get'],
  ['get --raw /nope'],
  ['get --raw /readyz'],
  ['version --client'],
  [apply, named('Namespace', 'x')],
  [apply, named('Namespace', 'x')],
  [apply, named('ConfigMap', 'a', 'nope')],
  [apply, named('ConfigMap', 'a', 'x')],
  [apply, { ...named('Nope', 'a'), apiVersion: 'nope.io/v1' }],
  [apply, ''],
  [apply, workload('Deployment', 'web', {})],
  [apply, workload('Deployment', 'web', {}, 'other')],
  [apply, set('1Gi')],
  [apply, set('2Gi')],
  [apply, set('1Gi', { serviceName: 'other' })],
  [apply, set('1Gi', { minReadySeconds: 3 })],
  ['get configmaps -n empty'],
  ['get pods -A -l a=b'],
  ['get configmap a -n x -o name'],
  ['get deployments.apps,statefulsets.apps -n x -o name'],
  [`patch ${merge} {"spec":{"paused":true}}`],
  [`patch ${merge} {"spec":{"paused":true}}`],
  [`patch ${merge} {"spec`],
  ['patch deployment nope -n x --type merge -p {"spec":{"replicas":2}}'],
  ['scale deployment web -n x --replicas=0'],
  ['scale deployment nope -n x --replicas=3'],
  ['scale statefulset db -n x --replicas=-1'],
  ['logs nope -n x --all-containers --tail=3'],
  ['exec deployment/nope -n x -c a -- sh -c true'],
  ['delete configmap nope -n x'],
  ['delete configmap nope -n x --ignore-not-found --wait=false'],
  ['delete configmap a -n x --ignore-not-found --wait=false'],
  ['delete pods -n x -l a=b'],
  ['delete nope a'],
  ['taint nodes ks-1 a=:NoSchedule'],
  ['taint nodes ks-1 a=:NoSchedule'],
  ['taint nodes ks-1 a=:NoSchedule --overwrite'],
  ['taint nodes ks-1 a:NoSchedule- --overwrite'],
  ['taint nodes ks-1 a:NoSchedule- --overwrite'],
  ['taint nodes nope a=:NoSchedule --overwrite'],
  ['cordon ks-1'],
  ['cordon ks-1'],
  ['uncordon ks-1'],
  ['uncordon ks-1'],
  ['uncordon nope'],
  ['drain nope --ignore-daemonsets --delete-emptydir-data --force --timeout=3s'],
  ['delete statefulset db -n x --ignore-not-found --wait=false --cascade=orphan'],
  ['delete namespace x --ignore-not-found --wait=false'],
  [apply, named('ConfigMap', 'late', 'x')],
];

/** Where the rehearsal says less, or takes what the API server refuses. */
const unlike: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['a field that no schema has', [apply, free({ nope: 1 })]],
  ['a value of another type', [apply, free({ replicas: 'many' })]],
  ['a selector that the template does not match', [apply, free({ selector: { matchLabels: { app: 'other' } } })]],
  ['the parser of YAML has its own words', [apply, 'a: [1']],
  ['an object without a version', [apply, 'kind: ConfigMap']],
  ['an object without a name', [apply, { ...named('ConfigMap', 'a'), metadata: {} }]],
]);

/** Times, numbers of processes and the port are each side's own. */
const masked = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME')
    .replaceAll(/^E\d{4} [\d:.]+ +\d+/gm, 'E')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'SERVER');

it.skipIf(!hasPlane)(
  `an API server whose certificate has ended is refused in the same words ${needsPlane}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kloudspot-ended-'));
    const { key, certificate } = await selfSigned('localhost', Date.now() - 900 * 86_400_000, '127.0.0.1');
    await writeFile(join(folder, 'ended.key'), key, { mode: 0o600 });
    await writeFile(join(folder, 'ended.crt'), certificate);
    const plane = await startPlane({
      more: () => ['--tls-cert-file', join(folder, 'ended.crt'), '--tls-private-key-file', join(folder, 'ended.key')],
    });
    const text = (await readFile(await plane.kubeconfigOf('admin'), 'utf8')).replace(
      'insecure-skip-tls-verify: true',
      `certificate-authority: ${join(folder, 'ended.crt')}`,
    );
    const config = join(folder, 'config');
    await writeFile(config, text, { mode: 0o600 });
    const does = { kind: 'certificates', endedDays: 3 };
    const scenario = await scenarioWith({ events: [{ node: 'ks-1', after: 'start', afterSeconds: 3_600, does }] });
    const world = await bench({ scenario });
    await install(world, 'ks-1');
    await world.pass(3_600_000);
    for (const words of ['get nodes', 'get --raw /readyz', 'version']) {
      const kubectl = join(plane.programs, 'kubectl');
      const argv = ['--kubeconfig', config, '--cache-dir', join(folder, words), ...words.split(' ')];
      const real = await execa(kubectl, argv, { reject: false, stripFinalNewline: false });
      const ours = await world.run('ks-1', [microk8s, 'kubectl', ...words.split(' ')]);
      expect([ours.code, masked(ours.stderr)], words).toEqual([real.exitCode, masked(real.stderr)]);
    }
    await world.close();
    await plane.close();
    await rm(folder, { recursive: true, force: true });
  },
);

describe.skipIf(!hasPlane)(`kubectl of a rehearsal ${needsPlane}`, () => {
  let plane: Plane;
  let config: string;
  let world: Bench;
  beforeAll(async () => {
    plane = await startPlane();
    config = await plane.kubeconfigOf('admin');
    await plane.admin(['create', '-f', '-'], JSON.stringify(named('Node', 'ks-1')));
    world = await bench();
    await install(world, 'ks-1');
  });
  afterAll(async () => {
    await world.close();
    await plane.close();
  });

  async function both([words, manifest = '']: Row) {
    const stdin = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
    const kubectl = join(plane.programs, 'kubectl');
    const options = { input: stdin, reject: false, stripFinalNewline: false } as const;
    const real = await execa(kubectl, ['--kubeconfig', config, ...words.split(' ')], options);
    const { code, stdout, stderr } = await world.run('ks-1', [microk8s, 'kubectl', ...words.split(' ')], { stdin });
    return [
      { code: real.exitCode, stdout: real.stdout, stderr: real.stderr },
      { code, stdout, stderr },
    ] as const;
  }

  it('says word by word what the real one says, with its exit code', async () => {
    for (const row of rows) {
      const [real, ours] = await both(row);
      expect(ours, row[0]).toEqual(real);
    }
  });

  it.each([...unlike])('does not yet: %s', async (_, row) => {
    await both([apply, named('Namespace', 'free')]);
    const [real, ours] = await both(row);
    expect(real.code).toBe(1);
    expect(ours).not.toEqual(real);
  });
});
