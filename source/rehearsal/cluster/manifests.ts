import { defined } from '../../text/defined.ts';
import type { KubeObject } from '../model/cluster.ts';

export interface Claim {
  readonly name: string;
  readonly size: string;
  readonly storageClass: string | undefined;
  readonly access?: string;
}

/** What a workload of an addon or a chart is made of. */
interface WorkloadOptions {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  /** Variables of its container. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly replicas?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** A stateful set makes them for each of its pods; the pods of any other workload share those of these names. */
  readonly claims?: readonly Claim[];
}

const environmentOf = ({ environment = {} }: WorkloadOptions) =>
  Object.keys(environment).length === 0
    ? {}
    : { env: Object.entries(environment).map(([name, value]) => ({ name, value })) };

export function workload(wish: WorkloadOptions): KubeObject {
  const labels = wish.labels ?? { 'app.kubernetes.io/name': wish.name };
  const stateful = wish.kind === 'StatefulSet';
  const claims = wish.claims ?? [];
  const shared = stateful ? [] : claims;
  return {
    apiVersion: 'apps/v1',
    kind: wish.kind,
    metadata: { name: wish.name, namespace: wish.namespace, labels: { ...labels } },
    spec: {
      ...(wish.kind === 'DaemonSet' ? {} : { replicas: wish.replicas ?? 1 }),
      ...(stateful ? { serviceName: wish.name, podManagementPolicy: 'Parallel' } : {}),
      ...(shared.length > 0 ? { strategy: { type: 'Recreate' } } : {}),
      selector: { matchLabels: { ...labels } },
      template: {
        metadata: { labels: { ...labels } },
        spec: {
          ...(wish.nodeSelector === undefined ? {} : { nodeSelector: { ...wish.nodeSelector } }),
          containers: [{ name: wish.name, image: wish.image, ...environmentOf(wish) }],
          ...(shared.length === 0
            ? {}
            : { volumes: shared.map(({ name }) => ({ name, persistentVolumeClaim: { claimName: name } })) }),
        },
      },
      ...(stateful && claims.length > 0
        ? { volumeClaimTemplates: claims.map((one) => ({ metadata: { name: one.name }, spec: claimSpec(one) })) }
        : {}),
    },
  };
}

const claimSpec = ({ size, storageClass, access = 'ReadWriteOnce' }: Claim) => ({
  accessModes: [access],
  ...defined({ storageClassName: storageClass }),
  resources: { requests: { storage: size } },
});

/** A claim of its own, beside a workload. */
export function claim(wish: Claim, namespace: string, annotations: Readonly<Record<string, string>>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: wish.name, namespace, annotations: { ...annotations } },
    spec: claimSpec(wish),
    status: { phase: 'Pending' },
  };
}

/** An object that is there and does nothing by itself. */
export function plain(
  apiVersion: string,
  kind: string,
  name: string,
  namespace?: string,
  more: Readonly<Record<string, unknown>> = {},
): KubeObject {
  return { apiVersion, kind, metadata: { name, ...defined({ namespace }) }, ...more };
}

export const namespaceObject = (name: string): KubeObject =>
  plain('v1', 'Namespace', name, undefined, { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });

/** Brings a kind of its own, such as `ipaddresspools.metallb.io`. */
export const definition = (plural: string, group: string): KubeObject =>
  plain('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `${plural}.${group}`, undefined, { spec: { group } });

export const service = (
  name: string,
  namespace: string,
  selector: Readonly<Record<string, string>>,
  more: Readonly<Record<string, unknown>> = {},
): KubeObject => plain('v1', 'Service', name, namespace, { spec: { type: 'ClusterIP', selector, ...more } });
