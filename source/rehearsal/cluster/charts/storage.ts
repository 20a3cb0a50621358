import * as z from 'zod';
import type { KubeObject } from '../../model/cluster.ts';
import { definition, plain, workload } from '../manifests.ts';
import { cstorDriver, filterMap, lvmDriver } from '../storage-names.ts';

/** What the chart lvm-localpv brings. */
export function lvmObjects(release: string, namespace: string): KubeObject[] {
  const image = 'openebs/lvm-driver:1.9.1';
  return [
    definition('lvmnodes', 'local.openebs.io'),
    definition('lvmvolumes', 'local.openebs.io'),
    plain('storage.k8s.io/v1', 'CSIDriver', lvmDriver),
    workload({ kind: 'Deployment', name: `${release}-controller`, namespace, image }),
    workload({ kind: 'DaemonSet', name: `${release}-node`, namespace, image }),
  ];
}

const filters = z.object({
  'openebs-ndm': z.object({
    ndm: z.object({
      filters: z.object({
        includePaths: z.string().default(''),
        excludePaths: z.string().default('loop,fd0,sr0,/dev/ram,/dev/dm-,/dev/md,/dev/rbd,/dev/zd'),
      }),
    }),
  }),
});
const chartFilters = { includePaths: '', excludePaths: 'loop,fd0,sr0,/dev/ram,/dev/dm-,/dev/md,/dev/rbd,/dev/zd' };

/** The operator is told by its environment what a pool runs. */
export const poolImage = 'openebs/cstor-pool-manager:3.6.0';

/** What the chart cstor brings, NDM with it. */
export function cstorObjects(namespace: string, values: unknown): KubeObject[] {
  const given = filters.safeParse(values);
  const { includePaths, excludePaths } = given.success ? given.data['openebs-ndm'].ndm.filters : chartFilters;
  const deployment = (name: string, image: string) => workload({ kind: 'Deployment', name, namespace, image });
  return [
    ...['blockdevices', 'blockdeviceclaims'].map((plural) => definition(plural, 'openebs.io')),
    ...['cstorpoolclusters', 'cstorpoolinstances', 'cstorvolumeconfigs', 'cstorvolumes', 'cstorvolumereplicas'].map(
      (plural) => definition(plural, 'cstor.openebs.io'),
    ),
    plain('storage.k8s.io/v1', 'CSIDriver', cstorDriver),
    plain('v1', 'ConfigMap', filterMap, namespace, { data: { include: includePaths, exclude: excludePaths } }),
    workload({
      kind: 'Deployment',
      name: 'cspc-operator',
      namespace,
      image: 'openebs/cspc-operator:3.6.0',
      environment: { OPENEBS_IO_CSTOR_POOL_IMAGE: poolImage },
    }),
    deployment('cvc-operator', 'openebs/cvc-operator:3.6.0'),
    deployment('openebs-cstor-admission-server', 'openebs/cstor-webhook:3.6.0'),
    workload({
      kind: 'StatefulSet',
      name: 'openebs-cstor-csi-controller',
      namespace,
      image: 'openebs/cstor-csi-driver:3.6.0',
    }),
    workload({ kind: 'DaemonSet', name: 'openebs-cstor-csi-node', namespace, image: 'openebs/cstor-csi-driver:3.6.0' }),
    workload({ kind: 'DaemonSet', name: 'openebs-ndm', namespace, image: 'openebs/node-disk-manager:2.1.0' }),
    deployment('openebs-ndm-operator', 'openebs/node-disk-operator:2.1.0'),
  ];
}
