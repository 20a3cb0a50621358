import { describe, expect, test } from 'vitest';
import type { PlanPurpose } from '../../source/plan/document/document.ts';
import { valueRows } from '../../source/plan/values.ts';
import type { Product } from '../../source/product/schema.ts';
import type { Site } from '../../source/site/schema.ts';
import { accessTroubles } from '../../source/storage/access.ts';
import { estimateStorage } from '../../source/storage/estimate.ts';
import { healthyStorage } from '../facts-fixtures.ts';
import { type Answers, carryThrough, fakeWorld, textOf } from './fake-world.ts';
import { cluster, factsOf, makePlan, product, siteOf } from './sample.ts';

const shape = { managers: 3 };
const site = siteOf(shape, { storage: { shared: { engine: 'existing', storageClass: 'longhorn' } } });
const now = new Date('2026-11-21T08:00:00Z');
const planOf = (purpose: PlanPurpose) =>
  makePlan({ purpose, site, product, facts: factsOf(shape, purpose === 'init' ? () => ({}) : () => cluster()), now });
const kubectl = (words: string) => `/snap/bin/microk8s kubectl ${words}`;

function stepOf(purpose: PlanPurpose) {
  const { steps } = planOf(purpose);
  const at = steps.findIndex(({ kind }) => kind === 'class-check');
  const step = steps[at];
  if (!step) throw new Error('the plan does not try the class');
  return { step, before: steps.slice(0, at).map(({ kind }) => kind) };
}

const longhorn = { metadata: { name: 'longhorn' }, provisioner: 'driver.longhorn.io', allowVolumeExpansion: true };

/** The test claim has this phase from its apply to its delete. */
function answers(phase: string): Answers {
  return {
    [kubectl('get storageclasses longhorn')]: JSON.stringify(longhorn),
    [kubectl('get persistentvolumes -o')]: '{"items":[]}',
    [kubectl('get nodes')]: '{"items":[]}',
    [kubectl('get persistentvolumeclaims')]: ({ ran }) =>
      ran('apply') === 0 || ran('delete persistentvolumeclaims') > ran('apply')
        ? ''
        : JSON.stringify({ metadata: { name: 'kloudspot-class-test' }, status: { phase } }),
  };
}

describe('a storage class of the operator', () => {
  test('is tried before the product, in a build and in a start', () => {
    expect(stepOf('init').before).not.toContain('helm-install');
    expect(stepOf('start').before).toEqual([]);
  });

  test('may come after a build that deploys later', () => {
    const later = { ...site, deploy: 'later' as const };
    const { steps } = makePlan({ purpose: 'init', site: later, product, facts: factsOf(shape), now });
    expect(steps.map(({ kind }) => kind)).not.toContain('class-check');
  });

  test('that binds is proved by a claim, which is removed again', async () => {
    const { context, ran } = fakeWorld({ site, product, answers: answers('Bound') });
    const { before, after, again } = await carryThrough(context, stepOf('start').step);
    expect(before).toEqual({ ok: false, observed: 'class longhorn: Immediate, its volumes can grow, not tried yet' });
    expect([after, again]).toEqual(
      Array(2).fill({ ok: true, observed: 'class longhorn: Immediate, its volumes can grow' }),
    );
    expect(
      ran.map(({ command }) =>
        textOf(command)
          .replace(/^.*kubectl /, '')
          .split(' ')
          .slice(0, 2)
          .join(' '),
      ),
    ).toEqual([
      'delete pods',
      'delete persistentvolumeclaims',
      'apply --server-side',
      'delete pods',
      'delete persistentvolumeclaims',
    ]);
  });

  const pinned = (values: readonly string[]): Answers => ({
    ...answers('Bound'),
    [kubectl('get persistentvolumeclaims')]: ({ ran }) =>
      ran('apply') === 0 || ran('delete persistentvolumeclaims') > ran('apply')
        ? ''
        : JSON.stringify({
            metadata: { name: 'kloudspot-class-test' },
            spec: { volumeName: 'pvc-1' },
            status: { phase: 'Bound' },
          }),
    [kubectl('get persistentvolumes -o')]: JSON.stringify({
      items: [
        {
          metadata: { name: 'pvc-1' },
          spec: { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ values }] }] } } },
        },
      ],
    }),
    [kubectl('get nodes')]: JSON.stringify({
      items: ['ks-1', 'ks-2', 'ks-3'].map((name) => ({ metadata: { name }, spec: {}, status: {} })),
    }),
  });

  test('whose volumes stay on one node is not one for shared volumes', async () => {
    const { context, ran } = fakeWorld({ site, product, answers: pinned(['ks-2']) });
    await expect(carryThrough(context, stepOf('start').step)).rejects.toThrow(/its volumes stay on one node \(ks-2\)/);
    expect(textOf(ran.at(-1)?.command ?? [])).toContain('delete persistentvolumeclaims kloudspot-class-test');
    const zone = fakeWorld({ site, product, answers: pinned(['rack-a']) });
    await expect(carryThrough(zone.context, stepOf('start').step)).resolves.toMatchObject({ again: { ok: true } });
  });

  test('is not accepted where the API does not list its volumes', async () => {
    const silent = { code: 1, stderr: 'Error from server (Timeout)' };
    const { context } = fakeWorld({
      site,
      product,
      answers: { ...pinned(['ks-2']), [kubectl('get persistentvolumes -o')]: silent },
    });
    await expect(carryThrough(context, stepOf('start').step)).rejects.toThrow(/the volumes: Error from server/);
  });

  test('that does not bind fails within minutes, and the claim is removed all the same', async () => {
    const { context, ran } = fakeWorld({ site, product, answers: answers('Pending') });
    await expect(carryThrough(context, stepOf('start').step)).rejects.toThrow(/test claim of class longhorn/);
    expect(textOf(ran.at(-1)?.command ?? [])).toContain('delete persistentvolumeclaims kloudspot-class-test');
  });

  test('that is not there is named with those that are, and nothing is made', async () => {
    const list = { items: [{ metadata: { name: 'ceph-rbd' }, provisioner: 'rbd.csi.ceph.com' }] };
    const { context, ran } = fakeWorld({
      site,
      product,
      answers: { [kubectl('get storageclasses -o')]: JSON.stringify(list) },
    });
    await expect(carryThrough(context, stepOf('start').step)).rejects.toThrow(
      /use the storage class longhorn: no such class; the cluster has ceph-rbd/,
    );
    expect(ran).toEqual([]);
  });
});

describe('a volume that several nodes mount at once', () => {
  const many: Product = {
    ...product,
    volumes: product.volumes.map((each) => (each.id === 'streamState' ? { ...each, access: 'ReadWriteMany' } : each)),
  };
  const planned = (of: Site) => () =>
    makePlan({ purpose: 'init', site: of, product: many, facts: factsOf(shape), now });

  test('is refused on cStor when the plan is made, with what can carry it', () => {
    expect(planned(siteOf(shape))).toThrow(/cannot hold streamState/);
    expect(accessTroubles(siteOf(shape), many)).toMatchObject([
      { volume: 'streamState', what: expect.stringContaining('a volume of OpenEBS cStor is mounted by one') },
    ]);
    expect(accessTroubles(siteOf(shape), product)).toEqual([]);
  });

  test('is asked of the class of the operator by the test claim, and the values say so', () => {
    const step = planned(site)().steps.find(({ kind }) => kind === 'class-check');
    expect(step?.commands.find(({ name }) => name === 'claim')?.stdin).toContain('- ReadWriteMany');
    expect(stepOf('init').step.commands.find(({ name }) => name === 'claim')?.stdin).toContain('- ReadWriteOnce');
  });

  test('is not carried by a class of volumes that the site declares for single nodes', () => {
    const volumes = [{ name: 'archive', device: '/dev/sdb', storageClass: 'archive' }];
    const local = siteOf(shape, {
      nodes: site.nodes.map((node, index) => (index === 0 ? { ...node, volumes } : node)),
      storage: { shared: { engine: 'existing', storageClass: 'archive' } },
    });
    expect(planned(local)).toThrow(/cannot hold streamElasticsearch, streamState/);
    expect(accessTroubles(local, product)[0]?.what).toContain('class archive holds volumes of one node each');
  });
});

describe('a storage class of the operator for volumes of one node', () => {
  const own = siteOf(shape, { storage: { unshared: { storageClass: 'topolvm' } } });
  const steps = (purpose: PlanPurpose) =>
    makePlan({
      purpose,
      site: own,
      product,
      facts: factsOf(shape, purpose === 'init' ? () => ({}) : () => cluster()),
      now,
    }).steps;

  test('is tried, and LVM LocalPV is not installed; the pool of shared volumes is', () => {
    const ids = steps('init').map(({ id }) => id);
    expect(ids).toContain('class-check/unshared');
    expect(ids).toContain('storage-engine/cstor');
    expect(ids).not.toContain('storage-engine/lvm');
    expect(ids).not.toContain('storage-class/unshared');
    expect(steps('start')[0]).toMatchObject({ id: 'class-check/unshared', parameters: { name: 'topolvm' } });
  });

  test('is what the product asks for, and needs no group on a node', () => {
    const row = valueRows(own, product).find(({ path }) => path.join('.') === 'volumes.kafka.storageClass');
    expect(row).toEqual({
      field: ['storage', 'unshared', 'storageClass'],
      path: ['volumes', 'kafka', 'storageClass'],
      value: 'topolvm',
      origin: 'site.yaml: storage.unshared.storageClass',
    });
    const estimate = estimateStorage(own, product, [...factsOf(shape, () => ({ storage: healthyStorage() })).values()]);
    expect(estimate.nodes.map(({ room }) => room?.unshared.needBytes)).toEqual([0, 0, 0]);
    expect(estimate.availableBytes.unshared).toBeUndefined();
  });

  test('and one for shared volumes beside it are two steps', () => {
    const shared = { engine: 'existing', storageClass: 'longhorn' };
    const both = siteOf(shape, { storage: { unshared: { storageClass: 'topolvm' }, shared } });
    const { steps: all } = makePlan({ purpose: 'init', site: both, product, facts: factsOf(shape), now });
    expect(all.filter(({ kind }) => kind === 'class-check').map(({ id }) => id)).toEqual([
      'class-check/unshared',
      'class-check',
    ]);
  });
});
