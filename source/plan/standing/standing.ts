import type { HostTarget } from '../../host/host.ts';
import type { ClusterNode } from '../../kubernetes/nodes.ts';
import type { DatastoreMember } from '../../microk8s/status.ts';

/** A node as the cluster knows it. */
export interface StandingNode extends ClusterNode {
  /** How it is reached, where the site does not name it any more. */
  readonly target?: HostTarget | undefined;
}

/** A volume that lies on one node and can be used there alone. */
export interface LocalVolume {
  readonly namespace: string;
  readonly claim: string;
  readonly volume: string;
  readonly node: string;
  /** The pod that uses it; undefined where none does. */
  readonly pod: string | undefined;
  readonly ready: boolean;
}

/** A storage pool of shared volumes on one node. */
export interface StandingPool {
  readonly name: string;
  readonly node: string;
  readonly online: boolean;
}

/** One copy of a shared volume on one pool. */
export interface SharedCopy {
  readonly volume: string;
  readonly pool: string;
  readonly healthy: boolean;
}

/** What a cluster that lives is made of now: what a plan for it rests on beside site and facts. */
export interface StandingCluster {
  /** The manager that was asked. */
  readonly through: string;
  readonly nodes: readonly StandingNode[];
  readonly members: readonly DatastoreMember[];
  readonly locals: readonly LocalVolume[];
  readonly pools: readonly StandingPool[];
  readonly copies: readonly SharedCopy[];
  /** Addresses that its services have been given. */
  readonly givenAddresses: readonly string[];
  /** `site.yaml` of the last run on this cluster, where this machine knows one. */
  readonly site: string | undefined;
  /** Of the nodes that the site does not name: names, and addresses of members, that a site of an earlier run named. */
  readonly named: ReadonlySet<string>;
}
