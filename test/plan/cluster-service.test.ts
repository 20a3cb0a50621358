import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { serviceIn, serviceNames } from '../../source/microk8s/services.ts';
import { tracks } from '../../source/microk8s/tracks.ts';
import { planClusterService } from '../../source/plan/steps/cluster-service.ts';
import { volumesFor } from '../../source/storage/volumes.ts';
import { type Answers, carryThrough, fakeWorld, kindOf, textOf } from './fake-world.ts';
import { factsOf, makePlan, product, siteOf } from './sample.ts';

const shape = { managers: 3 };
const now = new Date('2026-11-21T08:00:00Z');
const site = siteOf(shape, {
  cluster: { services: ['observability', 'metrics-server'] },
  storage: { volumes: { 'observability-metrics': 30 } },
});
const plan = makePlan({ purpose: 'init', site, product, facts: factsOf(shape), now });
const json = (items: readonly unknown[]) => JSON.stringify({ items });
const kubectl = '/snap/bin/microk8s kubectl';

test('every service has its end state in every track', () => {
  for (const track of Object.keys(tracks))
    for (const name of serviceNames) expect(serviceIn(`${track}/stable`, name)?.parts, name).not.toEqual([]);
  expect(serviceIn('1.32/stable', 'dashboard')?.namespace).toBe('kube-system');
  expect(serviceIn('1.34/stable', 'dashboard')?.namespace).toBe('kubernetes-dashboard');
});

test('their volumes count with those of the product, in the class of one node', () => {
  const own = volumesFor(site, product).filter(({ id }) => id.startsWith('observability'));
  expect(own.map(({ id, gib, class: of }) => [id, gib, of])).toEqual([
    ['observability-metrics', 30, 'unshared'],
    ['observability-logs', 20, 'unshared'],
  ]);
  expect(volumesFor(siteOf(shape), product).some(({ id }) => id.startsWith('observability'))).toBe(false);
});

test('a product says which services a site gets that names none', () => {
  const asking = { ...product, services: ['metrics-server'] };
  const ids = (wish: typeof site) =>
    makePlan({ purpose: 'init', site: wish, product: asking, facts: factsOf(shape), now }).steps.map(({ id }) => id);
  expect(ids(siteOf(shape))).toContain('cluster-service/metrics-server');
  expect(ids(siteOf(shape, { cluster: { services: [] } }))).not.toContain('cluster-service/metrics-server');
});

test('they come after the storage, one after the other, and ask for claims of its class', () => {
  const ids = plan.steps.map(({ id }) => id);
  expect(ids.indexOf('storage-class/unshared')).toBeLessThan(ids.indexOf('cluster-service/metrics-server'));
  const step = plan.steps.find(({ id }) => id === 'cluster-service/observability');
  expect(step?.needs).toEqual(['cluster-service/metrics-server']);
  const [metrics, logs] = step?.files ?? [];
  expect(parse(metrics?.content ?? '')).toMatchObject({
    prometheus: {
      prometheusSpec: {
        retentionSize: '24576MiB',
        storageSpec: {
          volumeClaimTemplate: {
            spec: { storageClassName: 'kloudspot-lvm', resources: { requests: { storage: '30Gi' } } },
          },
        },
      },
    },
  });
  expect(parse(logs?.content ?? '')).toMatchObject({ loki: { persistence: { enabled: true, size: '20Gi' } } });
  expect(step?.commands[0]?.command).toEqual([
    '/snap/bin/microk8s',
    'enable',
    'observability',
    `--kube-prometheus-stack-values=${metrics?.path}`,
    `--loki-stack-values=${logs?.path}`,
  ]);
});

describe('the step of the metrics server', () => {
  const step = planClusterService({ seed: 'ks-1', channel: '1.34/stable', name: 'metrics-server', claims: [] });
  const deployment = {
    kind: 'Deployment',
    metadata: { name: 'metrics-server', generation: 1 },
    spec: { replicas: 1 },
    status: { observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  };
  const api = (status: string) =>
    JSON.stringify({
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      status: { conditions: [{ type: 'Available', status }] },
    });

  test('is done once the API server finds the API, not when its pod runs', async () => {
    let asked = 0;
    const { context, ran } = fakeWorld({
      site,
      product,
      answers: {
        [`${kubectl} get persistentvolumeclaims`]: json([]),
        [`${kubectl} get deployments`]: ({ ran: count }) => json(count('enable') > 0 ? [deployment] : []),
        [`${kubectl} get apiservices`]: () => {
          asked += 1;
          return api(asked > 3 ? 'True' : 'False');
        },
      },
    });
    await expect(carryThrough(context, step)).resolves.toMatchObject({ before: { ok: false }, after: { ok: true } });
    expect(ran.map(({ command }) => textOf(command))).toEqual(['/snap/bin/microk8s enable metrics-server']);
    expect(asked).toBeGreaterThan(3);
  });

  test('is set up from the start where MicroK8s calls it enabled and its API never answers', async () => {
    const { context, ran } = fakeWorld({
      site,
      product,
      answers: {
        [`${kubectl} get deployments`]: () => json([deployment]),
        [`${kubectl} get persistentvolumeclaims`]: json([]),
        [`${kubectl} get apiservices`]: ({ ran: count }) => api(count('disable') > 0 ? 'True' : 'False'),
      },
    });
    await expect(carryThrough(context, step)).resolves.toMatchObject({ after: { ok: true } });
    expect(ran.map(({ command }) => textOf(command).split(' ')[1])).toEqual(['enable', 'disable', 'enable']);
  });

  test('undo switches it off and waits until it is gone', async () => {
    const { context, ran, remembered } = fakeWorld({
      site,
      product,
      answers: { [`${kubectl} get deployments`]: ({ ran: count }) => json(count('disable') > 0 ? [] : [deployment]) },
    });
    remembered.set('made', 'metrics-server');
    const kind = kindOf(step);
    await kind.undo?.(context, kind.parameters.parse(step.parameters), step);
    expect(ran.map(({ command }) => textOf(command))).toEqual(['/snap/bin/microk8s disable metrics-server']);
  });
});

describe('a service of which a part runs', () => {
  const step = plan.steps.find(({ id }) => id === 'cluster-service/observability') ?? expect.fail('no step');
  const loki = { kind: 'StatefulSet', metadata: { name: 'loki', generation: 1 }, spec: { replicas: 1 } };
  const withClaims = (claims: Answers[string]) =>
    fakeWorld({
      site,
      product,
      answers: {
        [`${kubectl} get deployments`]: json([loki]),
        [`${kubectl} get deployments hostpath-provisioner`]: '',
        [`${kubectl} get persistentvolumeclaims`]: claims,
      },
    });

  test('data of other sizes is never deleted to heal it', async () => {
    const claims = [
      { metadata: { name: 'storage-loki-0' }, spec: { storageClassName: 'other' }, status: { phase: 'Bound' } },
    ];
    const { context, ran } = withClaims(json(claims));
    await expect(carryThrough(context, step)).rejects.toThrow(/does not match site.yaml/);
    expect(ran).toEqual([]);
  });

  test('it is not set up again where the API does not list its claims: it may hold data', async () => {
    const { context, ran } = withClaims({ code: 1, stderr: 'Error from server (Timeout): request timed out' });
    await expect(carryThrough(context, step)).rejects.toThrow(
      /to report the claims of .*: Error from server \(Timeout\)/,
    );
    expect(ran).toEqual([]);
  });
});
