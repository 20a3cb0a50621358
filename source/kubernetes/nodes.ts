import type { NodeObject } from './objects.ts';

/** A node as the API server shows it. */
export interface ClusterNode {
  readonly name: string;
  readonly ready: boolean;
  readonly address: string;
  readonly role: 'manager' | 'worker';
  readonly version: string;
  readonly schedulable: boolean;
  /** Nothing is placed on it but what belongs to the cluster itself. */
  readonly controlOnly?: boolean;
  /** Its kubelet has too little disk space, and evicts pods. */
  readonly diskPressure?: boolean;
}

/** Of a manager that only controls: https://kubernetes.io/docs/reference/labels-annotations-taints/#node-role-kubernetes-io-control-plane-taint */
export const controlTaint = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' } as const;

/** A worker carries this label; managers are all others. The ROLES column stays empty in MicroK8s. */
const workerLabel = 'node.kubernetes.io/microk8s-worker';

export function clusterNode(node: NodeObject): ClusterNode {
  return {
    name: node.metadata.name,
    ready: node.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    address: node.status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '',
    role: workerLabel in node.metadata.labels ? 'worker' : 'manager',
    version: node.status.nodeInfo.kubeletVersion,
    schedulable: !node.spec.unschedulable,
    controlOnly: node.spec.taints.some(({ key, effect }) => key === controlTaint.key && effect === controlTaint.effect),
    diskPressure: node.status.conditions.some(({ type, status }) => type === 'DiskPressure' && status === 'True'),
  };
}

/** Since when the node has been in its present state of readiness, ISO 8601. */
export function readinessSince(node: NodeObject): string | undefined {
  return node.status.conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime;
}
