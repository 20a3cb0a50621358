import type { NodeObject } from './objects.ts';

/** A node as the API server tells of it. */
export interface ClusterNode {
  readonly name: string;
  readonly ready: boolean;
  readonly address: string;
  readonly role: 'manager' | 'worker';
  readonly version: string;
  readonly schedulable: boolean;
}

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
  };
}

/** Since when the node has been in its present state of readiness, ISO 8601. */
export function readinessSince(node: NodeObject): string | undefined {
  return node.status.conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime;
}
