import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { checkOutside, refuseOutside } from '../../source/app/outside.ts';
import { withOutside } from '../../source/app/outside-hosts.ts';
import { reachNode } from '../../source/app/reach-node.ts';
import { settingsFrom } from '../../source/app/settings.ts';
import { openSite } from '../../source/app/site.ts';
import { outsideCommand, outsideOf, outsideText } from '../../source/kubernetes/outside-words.ts';
import { targetOf } from '../../source/network/targets.ts';
import { parseSite } from '../../source/site/load.ts';
import { at } from '../lab/place.ts';
import { makePlan } from '../plan/sample.ts';
import { foundHelm } from '../product/rendered-chart.ts';

const outside = outsideOf('/etc/acme.yaml', '/state');
const M = '/snap/bin/microk8s';

describe('what a command on a node becomes', () => {
  test.each([
    [
      [M, 'kubectl', 'get', 'pods', '-n', 'x'],
      ['kubectl', '--kubeconfig', '/etc/acme.yaml', 'get', 'pods', '-n', 'x'],
    ],
    [
      [M, 'helm3', 'upgrade', 'spot', '/var/lib/kloudspot/charts/spot'],
      ['helm', '--kubeconfig', '/etc/acme.yaml', 'upgrade', 'spot', '/state/kloudspot/outside/charts/spot'],
    ],
    [
      ['rm', '-rf', '/run/kloudspot-helm'],
      ['rm', '-rf', '/state/kloudspot/outside/login'],
    ],
    [['rm', '-rf', '/etc'], undefined],
    [[M, 'status'], undefined],
    [['snap', 'list', 'microk8s'], undefined],
  ])('%j', (words, expected) => {
    expect(outsideCommand(words, outside)).toEqual(expected);
  });

  test('and what is said about nodes', () => {
    const text = outsideText(
      'sudo microk8s kubectl get pods -n x on kubernetes shows their state',
      outside,
      'kubernetes',
    );
    expect(text).toBe('kubectl --kubeconfig /etc/acme.yaml get pods -n x shows their state');
  });
});

const siteText = (kubeconfig: string) =>
  stringify({
    version: 1,
    name: 'acme',
    cluster: { kubeconfig },
    features: ['kloudInsights'],
    storage: {
      shared: { engine: 'existing', storageClass: 'fast' },
      unshared: { storageClass: 'local' },
    },
    customer: { dnsName: 'spot.acme.eu', reference: 'acme' },
  });

test('a site on a cluster that is there names no nodes, and its plan holds the product alone', () => {
  const parsed = parseSite(siteText('/etc/acme.yaml'), 'site.yaml');
  if (!('site' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  expect(() => refuseOutside(parsed.site)).toThrow('nothing is built on its nodes');
});

/** Empty where the lab has not built them. */
const planes = foundHelm !== undefined && existsSync(at('plane/plane')) ? [at('plane/plane')] : [];

describe.each(planes)('with the real API server', (plane) => {
  let folder = '';
  let port = 0;
  const running: { kill(signal: 'SIGKILL'): boolean }[] = [];
  const path = process.env['PATH'];

  const freePort = () =>
    new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const place = server.address();
        server.close(() => resolve(typeof place === 'object' ? (place?.port ?? 0) : 0));
      });
    });

  const kubeconfigOf = async (name: string) => {
    const file = join(folder, `${name}.kubeconfig`);
    const cluster = { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };
    const text = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster }],
      users: [{ name, user: { token: `token-${name}` } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: name } }],
      'current-context': 'x',
    };
    await writeFile(file, stringify(text), { mode: 0o600 });
    return file;
  };

  const admin = async (words: readonly string[], input = '') =>
    execa(join(folder, 'bin/kubectl'), ['--kubeconfig', await kubeconfigOf('admin'), ...words], { input });

  const opened = async (name: string) => {
    const site = join(folder, `${name}.yaml`);
    await writeFile(site, siteText(await kubeconfigOf(name)));
    return openSite(settingsFrom({ site, root: join(folder, 'root') }));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outside-'));
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin/kubectl'), `#!/bin/sh\nexec ${plane} kubectl "$@"\n`, { mode: 0o755 });
    await symlink(foundHelm ?? '', join(folder, 'bin/helm'));
    process.env['PATH'] = `${join(folder, 'bin')}:${path}`;
    process.env['XDG_STATE_HOME'] = join(folder, 'state');
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    await writeFile(join(folder, 'key'), privateKey, { mode: 0o600 });
    await writeFile(join(folder, 'tokens'), 'token-admin,admin,1,system:masters\ntoken-limited,limited,2\n');
    const [client, peer] = [await freePort(), await freePort()];
    port = await freePort();
    const etcd = `http://127.0.0.1:${client}`;
    const options = { cwd: folder, stdio: 'ignore', reject: false } as const;
    running.push(
      execa(
        plane,
        [
          'etcd',
          '--data-dir',
          join(folder, 'etcd'),
          '--listen-client-urls',
          etcd,
          '--advertise-client-urls',
          etcd,
          '--listen-peer-urls',
          `http://127.0.0.1:${peer}`,
        ],
        options,
      ),
      execa(
        plane,
        [
          ...['apiserver', '--etcd-servers', etcd, '--secure-port', String(port), '--bind-address', '127.0.0.1'],
          ...['--cert-dir', join(folder, 'certs'), '--token-auth-file', join(folder, 'tokens')],
          ...['--authorization-mode', 'RBAC', '--service-cluster-ip-range', '10.96.0.0/16'],
          ...['--service-account-issuer', 'https://test', '--service-account-key-file', join(folder, 'key')],
          ...[
            '--service-account-signing-key-file',
            join(folder, 'key'),
            '--disable-admission-plugins',
            'ServiceAccount',
          ],
        ],
        options,
      ),
    );
    for (;;) {
      const { exitCode } = await execa(
        join(folder, 'bin/kubectl'),
        ['--kubeconfig', await kubeconfigOf('admin'), 'get', '--raw', '/readyz'],
        { reject: false },
      );
      if (exitCode === 0) break;
      await wait(300);
    }
    const rule = (apiGroups: string[], resources: string[], verbs: string[]) => ({ apiGroups, resources, verbs });
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'limited' },
      rules: [
        rule([''], ['nodes', 'namespaces'], ['list', 'get', 'create', 'patch']),
        rule([''], ['pods', 'events', 'secrets', 'services', 'persistentvolumeclaims'], ['*']),
        rule(['apps'], ['deployments', 'statefulsets', 'daemonsets'], ['list', 'get', 'create', 'patch']),
      ],
    };
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'limited' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'limited' },
      subjects: [{ kind: 'User', name: 'limited', apiGroup: 'rbac.authorization.k8s.io' }],
    };
    await admin(['create', '-f', '-'], `${stringify(role)}---\n${stringify(binding)}`);
  });
  afterAll(async () => {
    process.env['PATH'] = path;
    delete process.env['XDG_STATE_HOME'];
    for (const one of running) one.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  test('the programs are found and their versions fit', async () => {
    const { site, world, close } = await opened('admin');
    const [node] = site.nodes;
    if (node === undefined) throw new Error('no way to the API');
    const reached = await reachNode(targetOf(node), { ...world, hosts: withOutside(world.hosts) });
    expect(reached).toMatchObject({
      state: 'ready',
      facts: { microk8s: { running: true, version: expect.stringMatching(/^1\.\d+/) } },
    });
    await close();
  });

  test('each right that a limited kubeconfig lacks is named, and nothing has changed', async () => {
    const { close, ...site } = await opened('limited');
    const fault = await checkOutside(site, { nodes: [] }).catch((error: unknown) => error);
    expect(fault).toMatchObject({
      exitCode: 6,
      why: expect.stringContaining('delete deployments.apps in kloudspot'),
    });
    const why = String(Reflect.get(Object(fault), 'why'));
    expect(why).toContain('create ingresses.networking.k8s.io in kloudspot');
    expect(why).toContain('create rolebindings.rbac.authorization.k8s.io in kloudspot');
    expect(why).not.toContain('secrets');
    expect(why).not.toContain('create deployments.apps');
    const { stdout } = await admin(['get', 'namespaces', '-o', 'name']);
    expect(stdout).not.toContain('kloudspot');
    await close();
  });

  test('an administrator lacks none', async () => {
    const { close, ...site } = await opened('admin');
    await expect(checkOutside(site, { nodes: [] })).resolves.toBeUndefined();
    await close();
  });

  test('the commands and files of the plan are those of this machine, and Helm installs with them', async () => {
    const { close, site, product, world } = await opened('admin');
    const [node] = site.nodes;
    if (node === undefined) throw new Error('no way to the API');
    const reached = await reachNode(targetOf(node), world);
    if (reached.state !== 'ready') throw new Error('not reached');
    const facts = new Map([[node.name, reached.facts]]);
    const plan = makePlan({ purpose: 'start', site, product, facts, now: new Date() });
    expect(JSON.stringify(plan.steps)).not.toContain('/snap/bin/microk8s');
    expect(plan.steps.every(({ commands }) => commands.every(({ sudo }) => !sudo))).toBe(true);
    const host = await world.hosts.get(targetOf(node));
    for (const step of plan.steps.filter(({ kind }) =>
      ['namespace', 'values', 'chart', 'helm-install'].includes(kind),
    )) {
      for (const { path: place, content, mode } of step.files) {
        await mkdir(join(place, '..'), { recursive: true });
        await writeFile(place, content, { mode });
      }
      for (const { command, stdin = '', when } of step.commands) {
        if (when !== undefined || !Array.isArray(command)) continue;
        const [program = '', ...words] = command;
        await execa(program, words, { input: stdin });
      }
    }
    const status = await host.run([
      M,
      'helm3',
      'status',
      product.release,
      '--namespace',
      product.namespace,
      '-o',
      'json',
    ]);
    expect(JSON.parse(status.stdout)).toMatchObject({ name: 'kloudspot', info: { status: 'deployed' } });
    expect(await readFile(join(folder, 'state/kloudspot/outside/values.yaml'), 'utf8')).toContain('spot.acme.eu');
    await close();
  });
});
