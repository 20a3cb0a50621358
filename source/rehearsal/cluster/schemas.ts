import * as z from 'zod';
import { onceFor } from '../../text/once.ts';
import { quantityBytes } from '../../text/quantity.ts';
import type { KubeObject } from '../model/cluster.ts';

/** What the controllers read of objects. A part that is not as expected counts as absent. */
const words = z.record(z.string(), z.string());
const claimTemplate = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    storageClassName: z.string().optional(),
    resources: z.object({ requests: z.object({ storage: z.string() }) }),
  }),
});
const podSpec = z.looseObject({
  nodeName: z.string().optional(),
  nodeSelector: words.optional(),
  containers: z.array(z.looseObject({ name: z.string(), image: z.string().default('') })).default([]),
  volumes: z
    .array(z.looseObject({ name: z.string(), persistentVolumeClaim: z.object({ claimName: z.string() }).optional() }))
    .default([]),
});
const workloadSpec = z.object({
  replicas: z.number().int().default(1),
  strategy: z.object({ type: z.string() }).default({ type: 'RollingUpdate' }),
  podManagementPolicy: z.string().default('OrderedReady'),
  selector: z.object({ matchLabels: words.default({}) }).prefault({}),
  template: z.object({
    metadata: z.object({ labels: words.default({}) }).prefault({}),
    spec: podSpec.prefault({}),
  }),
  volumeClaimTemplates: z.array(claimTemplate).default([]),
});
const serviceSpec = z.object({
  clusterIP: z.string().optional(),
  type: z.string().default('ClusterIP'),
  loadBalancerIP: z.string().optional(),
  selector: words.default({}),
  externalTrafficPolicy: z.string().optional(),
});
const volumeSpec = z.object({
  claimRef: z.object({ namespace: z.string().optional(), name: z.string().optional() }).prefault({}),
});
const claimSpec = z.looseObject({
  storageClassName: z.string().optional(),
  volumeName: z.string().optional(),
  accessModes: z.array(z.string()).default(['ReadWriteOnce']),
  resources: z.object({ requests: z.object({ storage: z.string().default('0') }).prefault({}) }).prefault({}),
});
const podStatus = z.looseObject({
  phase: z.string().default('Pending'),
  conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
});
const pools = z.object({
  pools: z
    .array(
      z.object({
        nodeSelector: words.default({}),
        dataRaidGroups: z
          .array(z.object({ blockDevices: z.array(z.object({ blockDeviceName: z.string() })).default([]) }))
          .default([]),
      }),
    )
    .default([]),
});

export type WorkloadSpec = z.output<typeof workloadSpec>;

/** Specs and statuses are replaced, never changed in place, so what was read of one stays true. */
const reader = <Schema extends z.ZodType>(part: 'spec' | 'status', schema: Schema, empty: unknown) => {
  const known = new WeakMap<object, z.output<Schema>>();
  return (object: KubeObject): z.output<Schema> => {
    const text = object[part];
    const seen = typeof text === 'object' && text !== null ? known.get(text) : undefined;
    if (seen !== undefined) return seen;
    const read = schema.safeParse(text ?? empty);
    const value = read.success ? read.data : schema.parse(empty);
    if (typeof text === 'object' && text !== null) known.set(text, value);
    return value;
  };
};

export const readWorkload = reader('spec', workloadSpec, { template: {} });
export const readPod = reader('spec', podSpec, {});
export const readPodStatus = reader('status', podStatus, {});
export const readService = reader('spec', serviceSpec, {});
export const readVolume = reader('spec', volumeSpec, {});
export const readClaim = reader('spec', claimSpec, {});
export const readDevice = reader('spec', z.object({ path: z.string().default('') }), {});
export const readPools = reader('spec', pools, {});

const addresses = z.object({
  addresses: z.array(z.object({ type: z.string(), address: z.string() })).default([]),
});
const readAddresses = reader('status', addresses, {});

/** The address of a Node by which other nodes and commands know it; undefined before its kubelet has reported it. */
export function internalAddress(node: KubeObject): string | undefined {
  return readAddresses(node).addresses.find(({ type }) => type === 'InternalIP')?.address;
}

const nodeSpec = reader(
  'spec',
  z.object({ taints: z.array(z.object({ key: z.string(), effect: z.string() })).default([]) }),
  {},
);
export const taintsOf = (node: KubeObject) => nodeSpec(node).taints;

/** Namespaces whose pods tolerate every taint: what belongs to the cluster itself. */
const tolerant = ['kube-system', 'metallb-system'];
/** A taint that a manager has because it only controls, as the scheduler names it; undefined where these pods may run there. */
export function controlTaintFor(node: KubeObject, namespace: string | undefined): string | undefined {
  if (tolerant.includes(namespace ?? '')) return undefined;
  const taint = taintsOf(node).find(({ key }) => key === 'node-role.kubernetes.io/control-plane');
  return taint && `node(s) had untolerated taint {${taint.key}: }`;
}

const saysReady = onceFor((conditions: ReturnType<typeof readPodStatus>['conditions']) =>
  conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
);

/** Whether a pod serves. */
export const isReady = (pod: KubeObject): boolean => saysReady(readPodStatus(pod).conditions);

/** Bytes of a Kubernetes quantity such as `10Gi`; 0 for anything else. */
export const bytesOfQuantity = (text: string): number => quantityBytes(text) ?? 0;
