import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { refuseOutside } from '../../source/app/outside.ts';
import { withOutside } from '../../source/app/outside-hosts.ts';
import { checkOutside } from '../../source/app/outside-rights.ts';
import { reachNode } from '../../source/app/reach-node.ts';
import { settingsFrom } from '../../source/app/settings.ts';
import { openSite } from '../../source/app/site.ts';
import { outsideCommand, outsideOf, outsideText } from '../../source/kubernetes/outside-words.ts';
import { targetOf } from '../../source/network/targets.ts';
import { parseSite } from '../../source/site/load.ts';
import { makePlan } from '../plan/sample.ts';
import { hasPlane, needsPlane, type Plane, startPlane } from './plane.ts';

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
  expect(() => refuseOutside(parsed.site)).toThrow('its nodes are not part of the site');
});

describe.skipIf(!hasPlane)(`with the real API server ${needsPlane}`, () => {
  let started: Plane | undefined;
  let folder = '';
  const path = process.env['PATH'];
  const real = (): Plane => {
    if (started === undefined) throw new Error('the API server has not started');
    return started;
  };
  const admin = (words: readonly string[], input = '') => real().admin(words, input);

  const opened = async (name: string) => {
    const site = join(folder, `${name}.yaml`);
    await writeFile(site, siteText(await real().kubeconfigOf(name)));
    return openSite(settingsFrom({ site, root: join(folder, 'root') }));
  };

  beforeAll(async () => {
    started = await startPlane({ users: ['limited'] });
    folder = started.folder;
    process.env['PATH'] = `${started.programs}:${path}`;
    process.env['XDG_STATE_HOME'] = join(folder, 'state');
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
    await started?.close();
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
