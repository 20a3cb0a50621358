import { expect, test } from 'vitest';
import { refuseClaimChanges } from '../../source/cli/apply/claim-refusal.ts';
import { claimObject } from '../../source/kubernetes/objects.ts';
import { loadProduct } from '../../source/product/load.ts';
import type { Site } from '../../source/site/schema.ts';
import { claimChanges, type StandingClaim } from '../../source/storage/claims.ts';
import { healthySite } from '../facts-fixtures.ts';

const product = await loadProduct('kloudspot');
const { shared, unshared } = product.storage.classes;

/** The claims of KloudInsights as a run with the product's sizes makes them. */
const standing: readonly StandingClaim[] = [
  ...['mongodb', 'kafka', 'zookeeper'].flatMap((part) =>
    [0, 1, 2].map((index) => ({
      name: `data-kloudspot-${part}-${index}`,
      storageClass: unshared,
      size: part === 'mongodb' ? '10Gi' : '2Gi',
    })),
  ),
  { name: 'kloudspot-elasticsearch', storageClass: shared, size: '10Gi' },
  { name: 'kloudspot-flink-job-manager', storageClass: shared, size: '10Gi' },
];

function site(volumes: Record<string, number>, features: string[] = ['kloudInsights']): Site {
  const healthy = healthySite({ features });
  return { ...healthy, storage: { ...healthy.storage, volumes } };
}

const observed = {
  claims: standing.map(({ name, storageClass, size }) =>
    claimObject.parse({
      metadata: { name, namespace: 'kloudspot' },
      spec: { storageClassName: storageClass, resources: { requests: { storage: size } } },
    }),
  ),
};
const refusal = (wanted: Site): string => {
  try {
    refuseClaimChanges(observed, wanted, product);
    return '';
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${JSON.stringify(error)}` : String(error);
  }
};

test('the same sizes change nothing, also written in other units', () => {
  expect(claimChanges(site({}), product, 3, standing)).toEqual([]);
  expect(claimChanges(site({ kafka: 2 }), product, 3, standing)).toEqual([]);
  const other = standing.map((claim) => (claim.size === '10Gi' ? { ...claim, size: '10240Mi' } : claim));
  expect(claimChanges(site({}), product, 3, other)).toEqual([]);
});

test('a smaller volume is refused, with the size that is there', () => {
  expect(refusal(site({ kafka: 1 }))).toMatch(/Kafka distributed messaging cannot shrink from 2Gi to 1Gi/);
  expect(refusal(site({ kafka: 1 }))).toContain('update --set storage.volumes.kafka=2');
});

test('another class is refused: Kloudhybrid alone wants on each node what is shared now', () => {
  expect(refusal(site({}, ['kloudhybrid']))).toMatch(
    new RegExp(`Stream processing elasticsearch cannot move from storage class ${shared} to ${unshared}`),
  );
});

test('a larger volume of a stateful set says the commands that grow it; one that stands alone is let through', () => {
  const said = refusal(site({ kafka: 4 }));
  for (const index of [0, 1, 2]) expect(said).toContain(`patch pvc data-kloudspot-kafka-${index} -n kloudspot`);
  expect(said).toContain('delete statefulset kloudspot-kafka -n kloudspot --cascade=orphan');
  expect(refusal(site({ streamState: 12 }))).toBe('');
  expect(claimChanges(site({ streamState: 12 }), product, 3, standing)).toMatchObject([
    { kind: 'grow', claim: 'kloudspot-flink-job-manager', from: '10Gi', to: '12Gi' },
  ]);
});
