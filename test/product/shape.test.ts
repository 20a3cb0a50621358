import { describe, expect, test } from 'vitest';
import { topology } from '../../source/check/subjects/topology.ts';
import { helmValues } from '../../source/plan/values.ts';
import { chartParts } from '../../source/product/chart-parts.ts';
import { loadProduct } from '../../source/product/load.ts';
import { instanceCounts, shapeOf } from '../../source/product/shape.ts';
import { controlTolerance, toleranceWords } from '../../source/product/tolerance.ts';
import { storageDemand } from '../../source/storage/demand.ts';
import { siteOf } from '../plan/sample.ts';

const zenko = await loadProduct('zenko');
const foresight = await loadProduct('foresight');
const kloudspot = await loadProduct('kloudspot');
const nodes = (managers: number, workers = 0) => siteOf({ managers, workers }).nodes;

describe('copies of a part', () => {
  test.each([
    ['perNode of three managers', zenko, nodes(3), 'mongodb', 3],
    ['perNode of three managers and two workers', zenko, nodes(3, 2), 'mongodb', 5],
    ['perWorker, where managers only control', foresight, nodes(3, 4), 'platform', 4],
    ['perManager: an odd number', kloudspot, nodes(4), 'web', 3],
  ])('%s', (_, product, site, part, copies) => {
    const parts = chartParts(product, { release: 'x', features: [], counts: instanceCounts(product, site) });
    expect(parts.find(({ component }) => component === part)?.instances).toBe(copies);
  });
});

test('control-only managers carry no volume of the product, and the pool is on the workers', () => {
  const site = siteOf({ managers: 3, workers: 3 }, { product: 'foresight', features: ['files'] });
  const wanted = site.nodes.map((node) => {
    const { local, pool } = storageDemand(site, foresight, node);
    return [node.role, local.map(({ id }) => id).join(), pool === undefined ? 'no pool' : 'pool'];
  });
  expect(wanted).toEqual([
    ...Array(3).fill(['manager', '', 'no pool']),
    ...Array(3).fill(['worker', 'database', 'pool']),
  ]);
  expect(helmValues(site, foresight)).toMatchObject({ replicas: 3, workers: 3 });
});

test("Zenko's values name each place that the chart takes the number of nodes from, lists too", () => {
  const values = helmValues(siteOf({ managers: 3, workers: 2 }, { product: 'zenko', features: [] }), zenko);
  expect(values).toMatchObject({
    nodeCount: 5,
    ingress: { hosts: ['spot.acme.eu'], tls: [{ secretName: 'zenko-tls', hosts: ['spot.acme.eu'] }] },
    'mongodb-replicaset': { replicas: 5, persistentVolume: { size: '50Gi', storageClass: 'zenko-lvm' } },
    'zenko-quorum': { replicaCount: 5 },
  });
});

describe('what may fail without loss', () => {
  test.each([
    [1, 0, 0],
    [2, 0, 0],
    [3, 1, 1],
    [4, 1, 2],
    [5, 1, 2],
    [7, 1, 2],
  ])('of %i managers: %i at once, %i one after the other', (managers, atOnce, inTurn) => {
    expect(controlTolerance(managers)).toEqual({ atOnce, inTurn });
  });

  test.each([
    [zenko, nodes(3), 'Without loss may fail: any one at once.'],
    [zenko, nodes(3, 2), 'Without loss may fail: any one at once.'],
    [
      zenko,
      nodes(5),
      'Without loss may fail: any one at once, 2 one after the other (a manager on standby votes within 30 s). Two managers at once only where at most one of them votes: 3 of 5 do.',
    ],
    [foresight, nodes(3, 3), 'Without loss may fail: of the managers any one at once, of the workers any one at once.'],
    [kloudspot, nodes(1), 'Without loss may fail: none.'],
  ])('%# is said in words', (product, site, words) => {
    expect(toleranceWords(product, [], site)).toBe(words);
  });
});

describe('the shape of a site', () => {
  const judge = (product: typeof zenko, managers: number, workers = 0) => {
    const site = siteOf({ managers, workers }, { features: [] });
    return topology.judge({ site, product, facts: new Map() })[0];
  };

  test('is found among those of the product', () => {
    expect(shapeOf(zenko, nodes(3, 2))?.id).toBe('standard');
    expect(shapeOf(zenko, nodes(4))).toBeUndefined();
    expect(shapeOf(foresight, nodes(3, 17))?.controlOnly).toBe(true);
    expect(shapeOf(foresight, nodes(3, 18))).toBeUndefined();
  });

  test('that is refused names those that are allowed', () => {
    expect(judge(zenko, 4)).toMatchObject({
      grade: 'fail',
      reason: expect.stringContaining('it runs on: Compact: three managers, Standard: three managers and two workers'),
    });
  });

  test('that fits says what may fail, and what cannot be changed later', () => {
    const reason = judge(zenko, 3, 2)?.reason;
    expect(reason).toContain('Without loss may fail: any one at once.');
    expect(reason).toContain('The size of the machines cannot be changed later.');
    expect(judge(foresight, 3, 3)?.reason).toContain('The managers only control');
  });
});
