import type { PlannedStep } from '../../step.ts';
import { planStorageClass } from '../../steps/storage-class.ts';
import { planStorageEngine } from '../../steps/storage-engine.ts';
import { engineChart, type PoolGrowthInput, type SharedEngine, type SharedEngineInput } from '../contract.ts';
import { cstorCopies, planCopies } from './copies.ts';
import { poolName } from './instances.ts';
import { cstorPool, planCstorPool } from './pool.ts';
import { cstorPoolGrow, planCstorPoolGrow } from './pool-grow.ts';
import { cstorPoolLeave, planPoolLeave } from './pool-leave.ts';
import { cstorValues } from './values.ts';

/** cStor keeps at most five copies of a volume. */
const mostCopies = 5;

/** Made by the running engine, not by its chart. Left behind, it refuses every later change of pools and claims. */
const webhook = { kind: 'validatingwebhookconfigurations', name: 'openebs-cstor-validation-webhook' } as const;

function steps(input: SharedEngineInput): PlannedStep[] {
  const { product, seed, pools, besideLvm, keep = [] } = input;
  const { namespace, provisioner } = product.storage.cstor;
  return [
    planStorageEngine({
      ...engineChart(input, product.storage.cstor),
      name: 'cstor',
      label: 'OpenEBS cStor',
      why: 'Keeps a copy of every shared volume on each pool, so that its user can move to another node.',
      values: cstorValues({ pools, besideLvm }),
      leftover: webhook,
    }),
    planCstorPool({
      seed,
      namespace,
      pools: pools.map(({ node, group, volume }) => ({ node, group, volume })),
      ...(keep.length > 0 ? { keep: [...keep] } : {}),
    }),
    planStorageClass({
      seed,
      class: 'shared',
      name: product.storage.classes.shared,
      provisioner,
      settings: {
        'cas-type': 'cstor',
        cstorPoolCluster: poolName,
        replicaCount: String(Math.min(pools.length, mostCopies)),
      },
      binding: 'Immediate',
    }),
  ];
}

const grow = ({ seed, product, pools }: PoolGrowthInput): PlannedStep[] => [
  planCstorPoolGrow({
    seed,
    namespace: product.storage.cstor.namespace,
    pools: pools.map(({ node, gib }) => ({ node, gib })),
  }),
];

export const cstor: SharedEngine = {
  kinds: [cstorPool, cstorPoolGrow, cstorCopies, cstorPoolLeave],
  chartValues: (besideLvm) => cstorValues({ pools: [], besideLvm }),
  steps,
  grow,
  copies: ({ seed, product, pools, without }) => [
    planCopies({
      seed,
      namespace: product.storage.cstor.namespace,
      copies: Math.min(pools, mostCopies),
      without: [...without],
    }),
  ],
  leave: ({ seed, product, ...pool }) => [planPoolLeave({ seed, namespace: product.storage.cstor.namespace, ...pool })],
};
