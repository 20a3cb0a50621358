import type { ListedRelease } from '../kubernetes/helm.ts';
import type { ClusterNode } from '../kubernetes/nodes.ts';
import type { ClaimObject, PodObject } from '../kubernetes/objects.ts';
import type { WorkloadState } from '../kubernetes/workloads.ts';
import type { DatastoreMember } from '../microk8s/status.ts';

/** What one look at a site saw. Undefined parts were not answered in time: that is something seen, too. */
export interface Observation {
  /** ms since 1970, by the workstation's clock. */
  readonly at: number;
  readonly reached: readonly Reached[];
  /** The manager that was asked; undefined where none answered. */
  readonly through: string | undefined;
  /** Why each manager that was asked gave no answer. */
  readonly silent: readonly { readonly node: string; readonly said: string }[];
  readonly nodes: readonly ObservedNode[] | undefined;
  readonly members: readonly DatastoreMember[] | undefined;
  /** Of the product's release. */
  readonly workloads: readonly WorkloadState[] | undefined;
  readonly pods: readonly PodObject[] | undefined;
  readonly claims: readonly ClaimObject[] | undefined;
  readonly release: ListedRelease | undefined;
  /** False where Helm did not answer: no release is then no news. */
  readonly releaseAsked: boolean;
  /** Addresses that services of the cluster have been given. */
  readonly givenAddresses: readonly string[] | undefined;
  /** The node that answers for the virtual address, where MetalLB tells. */
  readonly addressHolder: string | undefined;
}

export interface Reached {
  readonly node: string;
  readonly answers: boolean;
  /** Why not, or nothing. */
  readonly said: string;
}

export interface ObservedNode extends ClusterNode {
  /** Since when it has been ready or not, ISO 8601. */
  readonly since: string | undefined;
}
