import { describe, expect, test } from 'vitest';
import type { PlannedStep } from '../../source/plan/step.ts';
import type { Site } from '../../source/site/schema.ts';
import type { StandingStorage } from '../../source/storage/claims.ts';
import { GiB, healthyStorage } from '../facts-fixtures.ts';
import { items } from './cluster-words.ts';
import { type Answers, carryThrough, fakeWorld, onceRan, reviewed, textOf } from './fake-world.ts';
import { cluster, factsOf, makePlan, product, siteOf } from './sample.ts';

const shape = { managers: 3 };
const M = '/snap/bin/microk8s';
const { shared, unshared } = product.storage.classes;
const kafka = [0, 1, 2].map((index) => `data-kloudspot-kafka-${index}`);
const standing: StandingStorage = {
  claims: [
    ...kafka.map((name) => ({ name, storageClass: unshared, size: '2Gi' })),
    { name: 'kloudspot-flink-job-manager', storageClass: shared, size: '10Gi' },
  ],
  fixedClasses: new Set(),
};

const wants = (volumes: Record<string, number>): Site => siteOf(shape, { storage: { volumes } });

/** Disks with a pool of so many GiB, and so much free beside it. */
const disks = (pool: number, free = 700) => ({
  ...healthyStorage(),
  volumeGroups: healthyStorage().volumeGroups.map((group) => ({ ...group, freeBytes: free * GiB })),
  logicalVolumes: [
    {
      name: 'shared',
      uuid: 'u',
      volumeGroup: 'ubuntu-vg',
      sizeBytes: pool * GiB,
      path: '/dev/ubuntu-vg/shared',
      tags: ['kloudspot'],
    },
  ],
});

const update = (site: Site, storage = disks(27), seen = standing) =>
  makePlan({
    purpose: 'update',
    site,
    product,
    facts: factsOf(shape, () => ({ ...cluster(), storage })),
    now: new Date('2026-11-21T08:00:00Z'),
    standing: seen,
  });

const stepOf = (id: string, steps: readonly PlannedStep[]): PlannedStep => {
  const step = steps.find((each) => each.id === id);
  if (!step) throw new Error(`no step ${id} in ${steps.map((each) => each.id).join(', ')}`);
  return step;
};

describe('an update that makes a volume larger', () => {
  test('grows its claims first; a revision with smaller volumes is not gone back to', () => {
    const { steps } = update(wants({ kafka: 4 }));
    expect(steps[0]?.id).toBe('grow-claims/kafka');
    expect(reviewed(stepOf('grow-claims/kafka', steps))).toEqual(
      kafka.map(
        (claim) =>
          `${M} kubectl patch persistentvolumeclaims ${claim} -n kloudspot --type merge -p {"spec":{"resources":{"requests":{"storage":"4Gi"}}}}`,
      ),
    );
    expect(stepOf('helm-install', steps).parameters['rollBack']).toBe(false);
    expect(stepOf('helm-install', update(wants({})).steps).parameters['rollBack']).toBe(true);
  });

  test('that is shared grows the logical volumes and the pools below it before', () => {
    const { steps } = update(wants({ streamState: 30 }));
    expect(steps.slice(0, 5).map(({ id }) => id)).toEqual([
      'shared-volume@ks-1',
      'shared-volume@ks-2',
      'shared-volume@ks-3',
      'cstor-pool-grow',
      'grow-claims/streamState',
    ]);
    expect(reviewed(stepOf('shared-volume@ks-1', steps))).toEqual(['lvextend -L 53G ubuntu-vg/shared']);
    expect(stepOf('cstor-pool-grow', steps).needs).toEqual([
      'shared-volume@ks-1',
      'shared-volume@ks-2',
      'shared-volume@ks-3',
    ]);
  });

  test('where a volume was made by hand before the first run, that run grows it', () => {
    const facts = factsOf(shape, () => ({ storage: disks(20) }));
    const { steps } = makePlan({ purpose: 'init', site: wants({}), product, facts, now: new Date(0) });
    const step = stepOf('shared-volume@ks-2', steps);
    expect(step.title).toBe('Grow logical volume ubuntu-vg/shared from 20 to 27 GB');
    expect(reviewed(step)).toEqual(['lvextend -L 27G ubuntu-vg/shared']);
  });

  test('leaves a pool that is large enough as it is', () => {
    const { steps } = update(wants({ streamState: 12 }), disks(100));
    expect(steps.map(({ id }) => id)).not.toContain('cstor-pool-grow');
    expect(steps[0]?.id).toBe('grow-claims/streamState');
  });

  test('is refused where a node has no space for it, with what each one has', () => {
    expect(() => update(wants({ kafka: 40 }), disks(27, 3))).toThrow(/each node must have 38 GB more/);
    expect(() => update(wants({ kafka: 4 }), disks(27, 3))).not.toThrow();
  });

  test('a shrink and another class are refused whatever the verb', () => {
    expect(() => update(wants({ kafka: 1 }))).toThrow(/cannot shrink from 2Gi to 1Gi/);
    expect(() => update(wants({ kafka: 4 }), disks(27), { ...standing, fixedClasses: new Set([unshared]) })).toThrow(
      /cannot grow from 2Gi to 4Gi/,
    );
  });
});

const claim = (name: string, asked: string, has: string, conditions: readonly object[] = []) => ({
  metadata: { name, namespace: 'kloudspot' },
  spec: { resources: { requests: { storage: asked } } },
  status: { phase: 'Bound', capacity: { storage: has }, conditions },
});
const set = (size: string) =>
  JSON.stringify({
    metadata: { name: 'kloudspot-kafka' },
    spec: {
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { resources: { requests: { storage: size } } } }],
    },
  });

describe('growing the claims of a stateful set', () => {
  const step = stepOf('grow-claims/kafka', update(wants({ kafka: 4 })).steps);
  const orphaned = `${M} kubectl delete statefulsets kloudspot-kafka`;
  const world = (answers: Answers) =>
    fakeWorld({
      site: wants({ kafka: 4 }),
      product,
      answers: {
        [`${M} kubectl get statefulsets kloudspot-kafka`]: onceRan('delete statefulsets', '', set('2Gi')),
        ...answers,
      },
    });
  const texts = (ran: ReturnType<typeof fakeWorld>['ran']) => ran.map(({ command }) => textOf(command));

  test('patches each, waits for the space, and lets the set go without its pods', async () => {
    const { context, ran } = world({
      [`${M} kubectl get persistentvolumeclaims`]: ({ ran: done }) =>
        items(kafka.map((name) => claim(name, done(name) ? '4Gi' : '2Gi', done('patch') === 3 ? '4Gi' : '2Gi'))),
    });
    const { before, after } = await carryThrough(context, step);
    expect(before).toMatchObject({ ok: false, observed: expect.stringContaining('data-kloudspot-kafka-0 has 2Gi') });
    expect(after).toEqual({ ok: true, observed: '3 claims of 4 GB' });
    expect(texts(ran)).toHaveLength(4);
    expect(texts(ran).at(-1)).toMatch(/^.* delete statefulsets kloudspot-kafka -n kloudspot .*--cascade=orphan$/);
  });

  test('a file system that waits for its pod is enough: nothing more happens before the pod starts', async () => {
    const waits = [{ type: 'FileSystemResizePending', status: 'True' }];
    const { context, ran } = world({
      [`${M} kubectl get persistentvolumeclaims`]: items(kafka.map((name) => claim(name, '4Gi', '2Gi', waits))),
    });
    await expect(carryThrough(context, step)).resolves.toMatchObject({ after: { ok: true } });
    expect(texts(ran)).toEqual([expect.stringContaining(orphaned)]);
  });

  test('a driver that has no space ends the step with its words, and the set stays', async () => {
    const { context, ran } = world({
      [`${M} kubectl get persistentvolumeclaims`]: items(kafka.map((name) => claim(name, '4Gi', '2Gi'))),
      [`${M} kubectl get events`]: items([
        {
          metadata: { name: 'e' },
          type: 'Warning',
          reason: 'VolumeResizeFailed',
          message: 'Insufficient free space',
          involvedObject: { kind: 'PersistentVolumeClaim', name: kafka[0] },
        },
      ]),
    });
    await expect(carryThrough(context, step)).rejects.toMatchObject({
      causes: expect.arrayContaining([expect.stringContaining('VolumeResizeFailed: Insufficient free space')]),
    });
    expect(texts(ran).some((text) => text.startsWith(orphaned))).toBe(false);
  });
});

describe('growing a pool', () => {
  const step = stepOf('cstor-pool-grow', update(wants({ streamState: 30 })).steps);
  const pool = (node: string, bytes: number) => ({
    metadata: { name: `kloudspot-${node}`, labels: { 'kubernetes.io/hostname': node } },
    status: { phase: 'ONLINE', capacity: { total: `${Math.round(bytes / 1000)}k` } },
  });
  const pools = (gib: number) => items(['ks-1', 'ks-2', 'ks-3'].map((node) => pool(node, gib * GiB * 0.897)));

  test('each takes its device; one that has it already is left alone', async () => {
    const { context, ran } = fakeWorld({
      site: wants({ streamState: 30 }),
      product,
      answers: { [`${M} kubectl get cstorpoolinstances`]: ({ ran: done }) => pools(done('zpool') === 3 ? 53 : 27) },
    });
    await expect(carryThrough(context, step)).resolves.toMatchObject({
      before: { ok: false, observed: expect.stringContaining('ks-1: 24.2 GB') },
      after: { ok: true },
    });
    expect(ran.map(({ command }) => textOf(command).split(' -- ')[0])).toEqual(
      ['ks-1', 'ks-2', 'ks-3'].map(
        (node) => `${M} kubectl exec deployment/kloudspot-${node} -n openebs -c cstor-pool-mgmt`,
      ),
    );
  });
});
