import * as z from 'zod';
import { metadata, words } from '../../../kubernetes/objects.ts';

/** The kinds of OpenEBS and its cStor, with their API groups, as kubectl takes them. */
export const cstorKinds = {
  devices: 'blockdevices.openebs.io',
  clusters: 'cstorpoolclusters.cstor.openebs.io',
  instances: 'cstorpoolinstances.cstor.openebs.io',
  configs: 'cstorvolumeconfigs.cstor.openebs.io',
  replicas: 'cstorvolumereplicas.cstor.openebs.io',
} as const;

/** The labels of a copy that name its pool and its volume. */
export const copyLabels = { pool: 'cstorpoolinstance.openebs.io/name', volume: 'cstorvolume.openebs.io/name' } as const;

/** https://openebs.io/docs: NDM's record of one disk, partition or logical volume. */
export const blockDeviceObject = z.object({
  metadata,
  spec: z.object({
    path: z.string().default(''),
    devlinks: z.array(z.object({ links: z.array(z.string()).default([]) })).default([]),
    filesystem: z.object({ fsType: z.string().default('') }).prefault({}),
    nodeAttributes: z.object({ nodeName: z.string().default('') }).prefault({}),
  }),
  status: z.object({ claimState: z.string().default(''), state: z.string().default('') }).prefault({}),
});
export type BlockDeviceObject = z.output<typeof blockDeviceObject>;

/** The pools of all nodes as they are asked for. */
export const poolClusterObject = z.object({
  metadata,
  spec: z
    .object({
      pools: z
        .array(
          z.object({
            nodeSelector: words,
            dataRaidGroups: z
              .array(z.object({ blockDevices: z.array(z.object({ blockDeviceName: z.string() })).default([]) }))
              .default([]),
          }),
        )
        .default([]),
    })
    .prefault({}),
});

/** The pool of one node. */
export const poolInstanceObject = z.object({
  metadata,
  spec: z.object({ hostName: z.string().default('') }).prefault({}),
  status: z
    .object({
      phase: z.string().default(''),
      readOnly: z.boolean().default(false),
      capacity: z.object({ total: z.string().default(''), used: z.string().default('') }).prefault({}),
    })
    .prefault({}),
});
export type PoolInstanceObject = z.output<typeof poolInstanceObject>;

/** The label by which Kubernetes names the node of an object. */
export const hostname = 'kubernetes.io/hostname';

/** The node that a pool lies on. */
export const nodeOf = ({ metadata, spec }: Pick<PoolInstanceObject, 'metadata' | 'spec'>): string =>
  metadata.labels[hostname] ?? spec.hostName;

/** A pool with what it reports as its size: a quantity, such as `9630098k`. */
export const poolSizeObject = poolInstanceObject.extend({
  status: z.object({ capacity: z.object({ total: z.string().default('') }).prefault({}) }).prefault({}),
});
export type PoolSizeObject = z.output<typeof poolSizeObject>;

/** https://openebs.io/docs: cStor's plan of the copies of one volume. */
export const volumeConfigObject = z.object({
  metadata,
  spec: z
    .object({
      policy: z.object({ replicaPoolInfo: z.array(z.object({ poolName: z.string() })).default([]) }).prefault({}),
    })
    .prefault({}),
});
export type VolumeConfigObject = z.output<typeof volumeConfigObject>;
/** One copy of a volume on one pool. */
export const volumeReplicaObject = z.object({
  metadata,
  status: z.object({ phase: z.string().default('') }).prefault({}),
});
export type VolumeReplicaObject = z.output<typeof volumeReplicaObject>;
