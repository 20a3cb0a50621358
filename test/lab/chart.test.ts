import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { valuesText } from '../../source/plan/values.ts';
import { allSets, enabledComponents, featureSet } from '../../source/product/features.ts';
import { loadProduct } from '../../source/product/load.ts';
import { siteSchema } from '../../source/site/schema.ts';
import { ensureBuilt } from './lab.ts';
import { at } from './place.ts';
import { home } from './site.ts';

const product = await loadProduct('kloudspot');
const chart = join(home, 'templates/chart/kloudspot');
const sets = allSets(product.features.map(({ id }) => id));
const cases = [1, 3].flatMap((managers) => sets.map((features) => ({ managers, features })));
let folder: string;

const claim = z.object({ spec: z.object({ resources: z.object({ requests: z.object({ storage: z.string() }) }) }) });
const rendered = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z.looseObject({ replicas: z.number().optional(), volumeClaimTemplates: z.array(claim).optional() }).optional(),
});

beforeAll(async () => {
  await ensureBuilt();
  folder = await mkdtemp(join(tmpdir(), 'kloudspot-chart-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The values that the program writes for such a site, in a file. */
async function values(managers: number, features: readonly string[]): Promise<string> {
  const site = siteSchema.parse({
    version: 1,
    name: 'berlin',
    nodes: Array.from({ length: managers }, (_, n) => ({
      name: `ks-${n}`,
      reach: `10.0.4.${n + 10}`,
      role: 'manager',
    })),
    network: { virtualAddress: '10.0.4.30' },
    features,
    customer: { dnsName: 'spot.acme.eu', reference: 'yes' },
  });
  const file = join(folder, `values-${managers}-${features.join('-')}.yaml`);
  await writeFile(file, valuesText(site, product));
  return file;
}

/** A Helm that is built by `go install` takes the cluster for an old one unless it is told. */
const cluster = ['--kube-version', '1.34.0'];
const helm = async (...words: string[]): Promise<string> => (await execa(at('plane/helm'), words)).stdout;

/** The real Helm reads the chart with the values of the program. */
describe.each(cases)('$managers managers, features $features', ({ managers, features }) => {
  it('pass helm lint --strict, and give exactly the parts and sizes of these features', async () => {
    const file = await values(managers, features);
    const [, templates] = await Promise.all([
      helm('lint', '--strict', '--quiet', chart, '--values', file, ...cluster),
      helm('template', product.release, chart, '--namespace', product.namespace, '--values', file, ...cluster),
    ]);
    const objects = parseAllDocuments(templates)
      .map((document) => document.toJS())
      .filter((object) => object !== null)
      .map((object) => rendered.parse(object));
    const parts = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
    const components = enabledComponents(product, features);
    expect(Object.fromEntries(parts.map(({ metadata, spec }) => [metadata.name, spec?.replicas]))).toEqual(
      Object.fromEntries(
        components.map(({ id, instances }) => [
          `${product.release}-${id}`,
          instances === 'perManager' ? managers : instances,
        ]),
      ),
    );
    const claims = objects.flatMap(({ metadata, kind, spec }) => {
      const own = kind === 'PersistentVolumeClaim' ? [claim.parse({ spec })] : (spec?.volumeClaimTemplates ?? []);
      return own.map(({ spec: wanted }) => [metadata.name, wanted.resources.requests.storage]);
    });
    expect(Object.fromEntries(claims)).toEqual(
      Object.fromEntries(
        featureSet(product, features).volumes.map(({ component, defaultGiB }) => [
          `${product.release}-${component}`,
          `${defaultGiB}Gi`,
        ]),
      ),
    );
  });
});

it('values of a wrong type are refused by the schema of the chart', async () => {
  const file = join(folder, 'wrong.yaml');
  await writeFile(file, 'topology: { replicas: "3" }\n');
  await expect(helm('template', product.release, chart, '--values', file, ...cluster)).rejects.toThrow(/replicas/);
});
