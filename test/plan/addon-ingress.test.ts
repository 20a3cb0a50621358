import { describe, expect, test } from 'vitest';
import { planAddonIngress } from '../../source/plan/steps/addon-ingress.ts';
import { items, workloads } from './cluster-words.ts';
import { carryThrough, fakeWorld, textOf } from './fake-world.ts';
import { product, siteOf } from './sample.ts';

const M = '/snap/bin/microk8s';
const site = siteOf({ managers: 1 });
const step = planAddonIngress({ seed: 'ks-1', channel: '1.35/stable' });

/** A cluster where a class `public` stands and no controller runs; `enable` does nothing while it does. */
const withClass = (controller: string) =>
  fakeWorld({
    site,
    product,
    answers: {
      [`${M} kubectl get ingressclasses`]: ({ ran }) =>
        ran('delete ingressclasses') > 0 && ran('enable ingress') === 0
          ? ''
          : JSON.stringify({ metadata: { name: 'public' }, spec: { controller } }),
      [`${M} kubectl get deployments`]: ({ ran }) =>
        ran('delete ingressclasses') > 0 && ran('enable ingress') > 0
          ? workloads({ kind: 'DaemonSet', name: 'traefik', wanted: 1, ready: 1 })
          : items([]),
      [`${M} enable`]: 'Addon core/ingress is already enabled\n',
    },
  });

describe('ingress on 1.35, which MicroK8s calls enabled for any class named public,', () => {
  test('is enabled in truth: a class that Traefik left goes first', async () => {
    const { context, ran } = withClass('traefik.io/ingress-controller');
    await expect(carryThrough(context, step)).resolves.toMatchObject({ after: { ok: true } });
    expect(ran.map(({ command }) => textOf(command))).toEqual([
      expect.stringContaining('delete ingressclasses public'),
      `${M} enable ingress`,
    ]);
  });

  test("leaves an operator's class alone, and says so", async () => {
    const { context, ran } = withClass('example.com/other');
    await expect(carryThrough(context, step)).rejects.toThrow(/belongs to example.com\/other/);
    expect(ran).toEqual([]);
  });
});
