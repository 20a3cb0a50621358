import { expect, test } from 'vitest';
import { allSets } from '../../source/product/features.ts';
import { loadProduct } from '../../source/product/load.ts';
import { expectedParts, foundHelm, renderedParts, valuesFor } from './rendered-chart.ts';

const product = await loadProduct('kloudspot');
const sets = allSets(product.features.map(({ id }) => id));
/** Empty where there is no Helm: the lab builds one, and compares the same. */
const cases =
  foundHelm === undefined ? [] : [1, 3].flatMap((managers) => sets.map((features) => ({ managers, features })));

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

test.each(cases)('the real Helm says the same: $managers managers, features $features', async (one) => {
  const values = valuesFor(product, one.managers, one.features);
  const parts = await renderedParts(foundHelm ?? '', product, values);
  expect(parts).toEqual(expectedParts(product, one.managers, one.features));
});
