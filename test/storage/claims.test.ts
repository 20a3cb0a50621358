import { expect, test } from 'vitest';
import { growthOf } from '../../source/plan/stages/claim-refusal.ts';
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

const there = (claims = standing, fixed: string[] = []) => ({ claims, fixedClasses: new Set(fixed) });
const refusal = (wanted: Site, fixed: string[] = [], before = wanted): string => {
  try {
    growthOf(wanted, product, there(standing, fixed), before);
    return '';
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${JSON.stringify(error)}` : String(error);
  }
};

test('the same sizes change nothing, also written in other units', () => {
  expect(claimChanges(site({}), product, there())).toEqual([]);
  expect(claimChanges(site({ kafka: 2 }), product, there())).toEqual([]);
  const other = standing.map((claim) => (claim.size === '10Gi' ? { ...claim, size: '10240Mi' } : claim));
  expect(claimChanges(site({}), product, there(other))).toEqual([]);
});

test('a smaller volume is refused, with the size that is there', () => {
  expect(refusal(site({ kafka: 1 }))).toMatch(/Kafka distributed messaging cannot shrink from 2Gi to 1Gi/);
  expect(refusal(site({ kafka: 1 }))).toContain('update --set storage.volumes.kafka=2');
});

test('where site.yaml says what is there, the way on is a larger size: setting it back would change nothing', () => {
  const said = refusal(site({ kafka: 1 }), [], site({ kafka: 2 }));
  expect(said).toContain('storage grow kafka 3');
  expect(said).not.toContain('update --set');
});

test('another class is refused: Kloudhybrid alone wants on each node what is shared now', () => {
  expect(refusal(site({}, ['kloudhybrid']))).toMatch(
    new RegExp(`Stream processing elasticsearch cannot move from storage class ${shared} to ${unshared}`),
  );
});

test('a larger volume grows, each claim of it; its stateful set is named, where it has one', () => {
  expect(growthOf(site({ kafka: 4 }), product, there())).toMatchObject(
    [0, 1, 2].map((index) => ({
      claim: `data-kloudspot-kafka-${index}`,
      statefulSet: 'kloudspot-kafka',
      from: '2Gi',
      gib: 4,
      moreBytes: 2 * 2 ** 30,
    })),
  );
  const [alone] = growthOf(site({ streamState: 12 }), product, there());
  expect(alone).toMatchObject({ kind: 'grow', claim: 'kloudspot-flink-job-manager', from: '10Gi', to: '12Gi' });
  expect(alone).not.toHaveProperty('statefulSet');
});

test('a class that does not let its volumes grow is refused, with the reason', () => {
  const said = refusal(site({ streamState: 12 }), [shared]);
  expect(said).toMatch(/Stream processing state storage cannot grow from 10Gi to 12Gi/);
  expect(said).toContain('allowVolumeExpansion is not true');
  expect(refusal(site({ kafka: 4 }), [shared])).toBe('');
});
