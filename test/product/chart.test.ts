import { execa } from 'execa';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { allSets } from '../../source/product/features.ts';
import { loadProduct } from '../../source/product/load.ts';
import { chart, cluster, expectedParts, foundHelm, needsHelm, renderedParts, valuesFor } from './rendered-chart.ts';

const product = await loadProduct('kloudspot');
const sets = allSets(product.features.map(({ id }) => id));
const cases = [1, 3].flatMap((managers) => sets.map((features) => ({ managers, features })));
const withHelm = test.skipIf(foundHelm === undefined);

test('what is shared moves, what is local replicates: kinds, instances and claims of the parts', () => {
  expect(expectedParts(product, 3, ['kloudInsights'])).toMatchObject({
    'kloudspot-web': { workload: 'Deployment', instances: 3, claims: {} },
    'kloudspot-mongodb': { workload: 'StatefulSet', instances: 3, claims: { data: '10Gi of kloudspot-lvm' } },
    'kloudspot-elasticsearch': {
      workload: 'Deployment',
      instances: 1,
      mounts: ['kloudspot-elasticsearch'],
      claims: { 'kloudspot-elasticsearch': '10Gi of kloudspot-shared' },
    },
  });
  expect(expectedParts(product, 3, ['kloudhybrid'])['kloudspot-elasticsearch']).toMatchObject({
    workload: 'StatefulSet',
    instances: 3,
  });
});

withHelm.each(cases)(
  `the real Helm says the same: $managers managers, features $features ${needsHelm}`,
  async (one) => {
    const values = valuesFor(product, one.managers, one.features);
    const parts = await renderedParts(foundHelm ?? '', product, values);
    expect(parts).toEqual(expectedParts(product, one.managers, one.features));
  },
);

withHelm(`a larger volume changes what its members read at their next start, and no pod ${needsHelm}`, async () => {
  const render = async (kafka: string) => {
    const values = valuesFor(product, 3, ['kloudInsights']).replace(
      /(kafka:\n +enabled: true.*\n +size: )2Gi/,
      `$1${kafka}`,
    );
    const larger = values.replace(
      /(KAFKA_LOG_RETENTION_BYTES: )\d+/,
      `$1${kafka === '2Gi' ? 16_777_216 : 2_989_297_008}`,
    );
    const words = ['template', product.release, chart, '--values', '-', ...cluster];
    return (await execa(foundHelm ?? '', words, { input: larger })).stdout;
  };
  const [small, large] = await Promise.all([render('2Gi'), render('200Gi')]);
  expect(small).toMatch(
    /kind: ConfigMap\nmetadata:\n {2}name: kloudspot-kafka\n[\s\S]*KAFKA_LOG_RETENTION_BYTES: "16777216"/,
  );
  expect(large).toContain('KAFKA_LOG_RETENTION_BYTES: "2989297008"');
  expect(large).toContain('storage: 200Gi');
  expect(small).toMatch(/mongod .*\$\{OPLOG_MEGABYTES:\+--oplogSize/);
  const podOf = (text: string) =>
    parseAllDocuments(text)
      .map((document) => document.toJS())
      .find((object) => object?.kind === 'StatefulSet' && object.metadata.name === 'kloudspot-kafka')?.spec.template;
  expect(podOf(small)).toMatchObject({
    spec: { containers: [{ envFrom: [{ configMapRef: { name: 'kloudspot-kafka' } }] }] },
  });
  expect(podOf(large)).toEqual(podOf(small));
});
