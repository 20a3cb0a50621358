import { describe, expect, test } from 'vitest';
import type { PlannedStep } from '../../source/plan/step.ts';
import { release, status } from './cluster-words.ts';
import { type Answers, carryThrough, fakeWorld, textOf } from './fake-world.ts';
import { cluster, factsOf, makePlan, product, siteOf } from './sample.ts';

const shape = { managers: 1 };
const now = new Date('2026-11-21T08:00:00Z');
const M = '/snap/bin/microk8s';
const secret = 'planted-S3cret';
const login = Buffer.from(`deploy:${secret}`).toString('base64');
const registry = { host: 'registry.example.org', user: 'deploy' };

function planOf(changes: Record<string, unknown>, purpose: 'init' | 'start' = 'start') {
  const site = siteOf(shape, { registry, ...changes });
  const facts = factsOf(shape, () => (purpose === 'init' ? {} : cluster()));
  return makePlan({ purpose, site, product, facts, now, readChart: () => new Map([['Chart.yaml', 'name: x']]) });
}

function stepOf(id: string, plan: ReturnType<typeof planOf>): PlannedStep {
  const step = plan.steps.find((each) => each.id === id);
  if (!step) throw new Error(`no ${id}`);
  return step;
}

const world = (plan: ReturnType<typeof planOf>, answers: Answers) =>
  fakeWorld({ site: plan.site, product, answers, registrySecret: secret });

describe('a chart of the registry', () => {
  const install = (changes: Record<string, unknown>, upgrade: { code?: number; stderr?: string } = {}) => {
    const plan = planOf(changes);
    const step = stepOf('helm-install', plan);
    const made = `kloudspot ${String(step.parameters.digest)}`;
    return {
      plan,
      step,
      ...world(plan, {
        [`${M} helm3 status`]: (asked) =>
          asked.ran('upgrade') ? release('deployed', made) : { code: 1, stderr: 'Error: release: not found' },
        [`${M} helm3 upgrade`]: upgrade,
      }),
    };
  };

  test('OCI: Helm logs in by standard input, in a folder of root alone that is removed', async () => {
    const { context, step, ran, concealed } = install({
      chart: { reference: 'oci://registry.example.org/charts/spot' },
    });
    await carryThrough(context, step);
    const texts = ran.map(({ command }) => textOf(command));
    expect(texts).toEqual([
      'install -d -m 0700 /run/kloudspot-helm',
      `${M} helm3 registry login registry.example.org --registry-config /run/kloudspot-helm/registry.json --username deploy --password-stdin`,
      expect.stringContaining(
        'oci://registry.example.org/charts/spot --registry-config /run/kloudspot-helm/registry.json',
      ),
      'rm -rf /run/kloudspot-helm',
    ]);
    expect(ran[1]?.stdin).toBe(secret);
    expect(concealed).toContain(secret);
    expect(texts.join('\n')).not.toContain(secret);
  });

  test('a repository is added for the one call, with the same care', async () => {
    const { context, step, ran } = install({
      chart: { reference: 'https://registry.example.org/repo/spot', version: '2.1.0' },
    });
    await carryThrough(context, step);
    const texts = ran.map(({ command }) => textOf(command));
    expect(texts[1]).toContain(
      'helm3 repo add site https://registry.example.org/repo --force-update --repository-config',
    );
    expect(texts[2]).toMatch(
      /upgrade --install kloudspot site\/spot --repository-config \S+ --repository-cache \S+ --version 2\.1\.0/,
    );
    expect(texts.at(-1)).toBe('rm -rf /run/kloudspot-helm');
  });

  test('that Helm refuses leaves no login behind', async () => {
    const { context, step, ran } = install(
      { chart: { reference: 'oci://registry.example.org/charts/spot' } },
      { code: 1, stderr: 'Error: unauthorized' },
    );
    await expect(carryThrough(context, step)).rejects.toThrow(/unauthorized/);
    expect(textOf(ran.at(-1)?.command ?? [])).toBe('rm -rf /run/kloudspot-helm');
  });

  test.each([
    ['another host', { chart: { reference: 'oci://registry.example.org.evil.net/charts/spot' } }],
    ['a folder', { chart: { reference: '/srv/chart' } }],
    ['no login', { chart: { reference: 'oci://registry.example.org/spot' }, registry: { host: registry.host } }],
  ])('%s gets no login', (_, changes) => {
    const names = stepOf('helm-install', planOf(changes)).commands.map(({ name }) => name);
    expect(names).not.toContain('login');
  });

  test('its secret is nowhere in the plan', () => {
    const text = JSON.stringify(planOf({ registry: { ...registry, mirrors: { 'docker.io': 'hub' } } }, 'init'));
    expect(text).toContain('<registry login>');
    expect(text).not.toContain(secret);
  });
});

test('the pull secret holds the login of the registry; one with another is written again', async () => {
  const plan = planOf({});
  const step = stepOf('registry-secret', plan);
  const logins = Buffer.from(JSON.stringify({ auths: { 'registry.example.org': { auth: login } } })).toString('base64');
  const object = (data: string) =>
    JSON.stringify({ metadata: { name: 'kloudspot-registry' }, data: { '.dockerconfigjson': data } });
  const { context, ran, concealed } = world(plan, {
    [`${M} kubectl get secrets`]: ({ ran: count }) => object(count('apply') ? logins : 'b2xk'),
  });
  const { before, after } = await carryThrough(context, step);
  expect([before.ok, after.ok]).toEqual([false, true]);
  expect(ran[0]?.stdin).toContain(logins);
  expect(concealed).toEqual(expect.arrayContaining([secret, login, logins]));
  const names = plan.steps.map(({ kind }) => kind);
  expect(names.indexOf('registry-secret')).toBeLessThan(names.indexOf('helm-install'));
});

test('containerd asks the registry first, from the moment MicroK8s is installed', async () => {
  const plan = planOf({ registry: { ...registry, mirrors: { 'docker.io': 'proxy/hub', 'quay.io': '' } } }, 'init');
  const step = stepOf('microk8s-install@ks-1', plan);
  const mirrors = step.files.filter(({ path }) => path.includes('/certs.d/'));
  expect(mirrors.map(({ path, mode, secret: hidden }) => [path, mode, hidden])).toEqual([
    ['/var/snap/microk8s/current/args/certs.d/docker.io/hosts.toml', 0o600, true],
    ['/var/snap/microk8s/current/args/certs.d/quay.io/hosts.toml', 0o600, true],
  ]);
  const listed =
    'Name  Version  Rev  Tracking  Publisher  Notes\nmicrok8s  v1.34.1  8000  1.34/stable  canonical  classic,held\n';
  let waited = false;
  const { context, written } = fakeWorld({
    site: plan.site,
    product,
    registrySecret: secret,
    files: { '/var/snap/microk8s/common/etc/launcher/install.yaml.applied': '' },
    answers: {
      'snap list': ({ ran: count }) => (count('snap install') ? listed : { code: 1, stderr: 'no matching snaps' }),
      [`${M} status`]: () => {
        waited = mirrors.every(({ path }) => written.has(path));
        return status('10.0.4.21');
      },
    },
  });
  const { after } = await carryThrough(context, step);
  expect(waited).toBe(true);
  expect(after).toMatchObject({ ok: true });
  const text = written.get('/var/snap/microk8s/current/args/certs.d/docker.io/hosts.toml') ?? '';
  expect(text).toContain('server = "https://registry-1.docker.io"');
  expect(text).toContain('[host."https://registry.example.org/v2/proxy/hub"]');
  expect(text).toContain(`Authorization = ["Basic ${login}"]`);
  expect(written.get('/var/snap/microk8s/current/args/certs.d/quay.io/hosts.toml')).toContain(
    '[host."https://registry.example.org/v2"]',
  );
});
