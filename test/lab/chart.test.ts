import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allSets } from '../../source/product/features.ts';
import { loadProduct } from '../../source/product/load.ts';
import { chart, cluster, expectedParts, renderedParts, valuesFor } from '../product/rendered-chart.ts';
import { ensureBuilt } from './lab.ts';
import { at } from './place.ts';

const product = await loadProduct('kloudspot');
const sets = allSets(product.features.map(({ id }) => id));
const cases = [1, 3].flatMap((managers) => sets.map((features) => ({ managers, features })));
let folder: string;

beforeAll(async () => {
  await ensureBuilt();
  folder = await mkdtemp(join(tmpdir(), 'kloudspot-chart-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const helm = async (...words: string[]): Promise<string> => (await execa(at('plane/helm'), words)).stdout;

/** The real Helm reads the chart with the values of the program. */
describe.each(cases)('$managers managers, features $features', ({ managers, features }) => {
  it('pass helm lint --strict, and give exactly the parts, claims and sizes of these features', async () => {
    const values = valuesFor(product, managers, features);
    const file = join(folder, `values-${managers}-${features.join('-')}.yaml`);
    await writeFile(file, values);
    const [, parts] = await Promise.all([
      helm('lint', '--strict', '--quiet', chart, '--values', file, ...cluster),
      renderedParts(at('plane/helm'), product, values),
    ]);
    expect(parts).toEqual(expectedParts(product, managers, features));
  });
});

it('values of a wrong type are refused by the schema of the chart', async () => {
  const file = join(folder, 'wrong.yaml');
  await writeFile(file, 'topology: { replicas: "3" }\n');
  await expect(helm('template', product.release, chart, '--values', file, ...cluster)).rejects.toThrow(/replicas/);
});
