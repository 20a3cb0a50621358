import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valueRows } from '../../source/plan/values.ts';
import { evaluate, namesIn, parseFormula } from '../../source/product/formula.ts';
import { loadProduct } from '../../source/product/load.ts';
import { productRules } from '../../source/product/rules.ts';
import { type StorageWish, volumesFor } from '../../source/storage/volumes.ts';
import { inputValues } from '../../source/storage/workload.ts';
import { healthySite } from '../facts-fixtures.ts';

const product = await loadProduct('kloudspot');
const GiB = 2 ** 30;

function sizes(workload: Record<string, number> | undefined, more: Partial<StorageWish> = {}) {
  const site = healthySite({ features: ['kloudhybrid'] });
  const storage = { ...site.storage, volumes: {}, ...(workload ? { workload } : {}) };
  const wish: StorageWish = { features: site.features, nodes: site.nodes, storage, ...more };
  return Object.fromEntries(volumesFor(wish, product).map(({ id, gib }) => [id, gib]));
}

describe('formulas', () => {
  test('are computed as arithmetic has it', () => {
    const of = (text: string) => evaluate(parseFormula(text), { a: 3, b: 4 });
    expect([
      of('a + b * 2'),
      of('(a + b) * 2'),
      of('12 / a / 2'),
      of('10 - a - b'),
      of('max(a, min(b, 9)) + ceil(0.2)'),
    ]).toEqual([11, 14, 2, 3, 5]);
  });

  test('agree with JavaScript on any arithmetic', () => {
    const leaf = fc.integer({ min: 1, max: 9 }).map(String);
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/'), tie('tree')).map(([a, o, b]) => `(${a} ${o} ${b})`),
        fc.tuple(leaf, fc.constantFrom('+', '-', '*', '/'), tie('tree')).map(([a, o, b]) => `${a} ${o} ${b}`),
      ),
    }));
    fc.assert(
      fc.property(tree, (text) => {
        expect(evaluate(parseFormula(text), {})).toBe(Number(Function(`return ${text}`)()));
      }),
    );
  });

  test.each(['', '1 +', '(a', 'a b', '2 $ 3', 'min(1'])('%j is refused', (text) => {
    expect(() => parseFormula(text)).toThrow(SyntaxError);
  });

  test('of a product name nothing that it does not have', () => {
    expect(namesIn(parseFormula('a * (b + a)'))).toEqual(['a', 'b']);
    const { file: _, ...data } = product;
    const broken = {
      ...data,
      workload: { ...data.workload, volumes: { kafka: { bytes: 'nosuch * 2', source: 's' } } },
    };
    expect(productRules(data)).toEqual([]);
    expect(productRules(broken).map(({ text }) => text)).toEqual([expect.stringContaining('"nosuch"')]);
    const settings = { wrong: { volume: 'kafka', value: 'volumeBytes / nosuch', source: 's' } };
    const values = [...data.values, { path: 'volumes.kafka.nosuch', from: 'setting:nosuch' }];
    const unset = {
      ...data,
      values,
      workload: { ...data.workload, settings: { ...data.workload?.settings, ...settings } },
    };
    expect(productRules(unset).map(({ text }) => text)).toEqual([
      expect.stringContaining('"setting:nosuch"'),
      expect.stringContaining('"nosuch"'),
    ]);
  });
});

describe('sizes from the workload', () => {
  test("without a workload the product's sizes hold; with one they follow; a typed size stays", () => {
    expect(sizes(undefined)).toEqual({ streamElasticsearch: 10, insightsDatabase: 10 });
    const site = healthySite();
    const storage = { ...site.storage, volumes: { insightsDatabase: 77 }, workload: { devices: 1000 } };
    expect(sizes({}, { storage })).toMatchObject({ insightsDatabase: 77 });
  });

  test('search index by hand: 300 events/s at the peak, 30 days, three nodes, one replica', () => {
    const bytes = ((300 / 3) * 400 * 86_400 * 30 * 1.1 * 2) / 3 / 0.85 / 0.975;
    expect(sizes({ eventsPerSecond: 300 })).toMatchObject({ streamElasticsearch: Math.ceil(bytes / GiB) });
  });

  test('events follow the devices, unless they are given', () => {
    expect(sizes({ devices: 20_000 })).toEqual(sizes({ devices: 20_000, eventsPerSecond: 200 }));
    const values = inputValues(product, { devices: 20_000 });
    expect(values.find(({ name }) => name === 'eventsPerSecond')).toEqual({
      name: 'eventsPerSecond',
      value: 200,
      from: 'product',
      source: 'devices / 100. Each device is seen every 100 s. (assumed)',
    });
  });

  test('an input follows those before it alone', () => {
    const { file: _, ...data } = product;
    const inputs = (data.workload?.inputs ?? []).map((input) =>
      input.id === 'devices' ? { ...input, default: 'eventsPerSecond * 100' } : input,
    );
    const looped = { ...data, workload: data.workload && { ...data.workload, inputs } };
    expect(productRules(looped).map(({ text }) => text)).toEqual([expect.stringContaining('"eventsPerSecond"')]);
  });

  test('a lost node leaves the index to two; five nodes share it; growth is of a year', () => {
    const base = sizes({ eventsPerSecond: 3000 })['streamElasticsearch'] ?? 0;
    const of = (whatIf: StorageWish['whatIf']) =>
      sizes({ eventsPerSecond: 3000 }, { whatIf })['streamElasticsearch'] ?? 0;
    expect(of({ failures: 1 }) / base).toBeCloseTo(3 / 2, 1);
    expect(of({ nodes: 5 }) / base).toBeCloseTo(3 / 5, 1);
    expect(of({ growMonths: 12 }) / base).toBeCloseTo(1.2, 1);
    expect(of({ growMonths: 24 }) / base).toBeCloseTo(1.44, 1);
  });

  test('more of anything never makes a volume smaller', () => {
    const ids = (product.workload?.inputs ?? []).map(({ id }) => id);
    fc.assert(
      fc.property(
        fc.constantFrom(...ids),
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 1000 }),
        (id, few, more) => {
          const [one, other] = [sizes({ [id]: few }), sizes({ [id]: few + more })];
          for (const [volume, gib] of Object.entries(one)) expect(other[volume]).toBeGreaterThanOrEqual(gib);
        },
      ),
    );
  });

  test('every number of the product has a source and says how sure it is', () => {
    for (const { source, confidence } of [
      ...(product.workload?.inputs ?? []),
      ...(product.workload?.constants ?? []),
    ]) {
      expect(source.length).toBeGreaterThan(1);
      expect(['documented', 'rule', 'assumed']).toContain(confidence);
    }
    expect(Object.keys(product.workload?.volumes ?? {})).toEqual(product.volumes.map(({ id }) => id));
  });

  test('what fills a volume is told its size: Kafka keeps no more than fits, MongoDB an oplog of 5 %', () => {
    const site = healthySite({ features: ['kloudManage', 'kloudInsights'] });
    const given = (volumes: Record<string, number>) =>
      Object.fromEntries(
        valueRows({ ...site, storage: { ...site.storage, volumes } }, product).map(({ path, value }) => [
          path.join('.'),
          value,
        ]),
      );
    const small = given({});
    // 2 GiB, 70 % of it, over 50 partitions, less the segment that is open.
    const retention = Math.floor((2 * GiB * 0.7) / 50 - 16 * 2 ** 20);
    expect(small['volumes.kafka.settings.KAFKA_LOG_RETENTION_BYTES']).toBe(Math.max(16 * 2 ** 20, retention));
    expect(small['volumes.kafka.settings.KAFKA_LOG_SEGMENT_BYTES']).toBe(16 * 2 ** 20);
    expect(small['volumes.insightsDatabase.settings.OPLOG_MEGABYTES']).toBe(990);
    const large = given({ kafka: 200, insightsDatabase: 100, manageDatabase: 4000 });
    expect(large['volumes.kafka.settings.KAFKA_LOG_RETENTION_BYTES']).toBe(
      Math.floor((200 * GiB * 0.7) / 50 - 16 * 2 ** 20),
    );
    expect(large['volumes.insightsDatabase.settings.OPLOG_MEGABYTES']).toBe(5120);
    expect(large['volumes.manageDatabase.settings.OPLOG_MEGABYTES']).toBe(51_200);
    // All partitions full with the open segment fit into the volume.
    for (const gib of [3, 10, 200]) {
      const bytes = Number(given({ kafka: gib })['volumes.kafka.settings.KAFKA_LOG_RETENTION_BYTES']);
      expect((bytes + 16 * 2 ** 20) * 50).toBeLessThan(gib * GiB * 0.975);
    }
  });

  test('the chart gets the same size, with where it comes from', () => {
    const site = healthySite({ features: ['kloudhybrid'] });
    const workload = { eventsPerSecond: 300 };
    const rows = valueRows({ ...site, storage: { ...site.storage, volumes: {}, workload } }, product);
    const row = rows.find(({ path }) => path.join('.') === 'volumes.streamElasticsearch.size');
    expect(row).toMatchObject({
      value: `${sizes(workload)['streamElasticsearch']}Gi`,
      origin: 'computed from site.yaml: storage.workload',
    });
  });
});
