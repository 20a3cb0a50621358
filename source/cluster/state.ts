/** What the cluster's API server and MicroK8s say, as far as anyone answered. */
export interface ClusterState {
  /** ISO 8601 by the seat's clock. */
  readonly seenAt: string;
  /** The node through which it was asked; undefined where no manager answered. */
  readonly through?: string;
  readonly nodes: readonly ClusterNode[];
  /** The datastore's members. */
  readonly members: readonly { readonly address: string; readonly role: 'voter' | 'standby' | 'spare' }[];
}

export interface ClusterNode {
  readonly name: string;
  readonly ready: boolean;
  readonly address: string;
  readonly role: 'manager' | 'worker';
  readonly version: string;
  readonly schedulable: boolean;
}
