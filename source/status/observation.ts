import type { ListedRelease } from '../kubernetes/helm.ts';
import type { ClusterNode } from '../kubernetes/nodes.ts';
import type { ClaimObject, PodObject } from '../kubernetes/objects.ts';
import type { WorkloadState } from '../kubernetes/workloads.ts';
import type { Authorization } from '../microk8s/authorization.ts';
import type { CertificateDate } from '../microk8s/certificates.ts';
import type { InstalledSnap } from '../microk8s/snap.ts';
import type { DatastoreMember } from '../microk8s/status.ts';
import type { PoolSeen } from '../storage/engines/engine.ts';
import type { FileSystemSpace, ThinPoolUse } from '../storage/fullness.ts';
import type { MissingDisks } from '../storage/missing-disks.ts';

/** What one look at a site saw. Undefined parts were not answered in time: that is something seen, too. */
export interface Observation {
  /** ms since 1970, by the workstation's clock. */
  readonly at: number;
  readonly reached: readonly Reached[];
  /** What each machine that was reached says of itself, whether the API answers or not. */
  readonly machines: readonly ObservedMachine[];
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
  /** Storage pools of the shared volumes; none where no engine is installed. */
  readonly pools: readonly PoolSeen[] | undefined;
  readonly release: ListedRelease | undefined;
  /** False where Helm did not answer: no release is then no news. */
  readonly releaseAsked: boolean;
  /** Values that the release was made with; undefined where Helm did not answer. */
  readonly values: unknown;
  /** Addresses that services of the cluster have been given. */
  readonly givenAddresses: readonly string[] | undefined;
  /** The node that answers for the virtual address, where MetalLB reports it. */
  readonly addressHolder: string | undefined;
  /** Since when, ISO 8601. */
  readonly addressSince: string | undefined;
  /** The certificate that the ingress serves. */
  readonly ingressCertificate: CertificateDate | 'none' | undefined;
}

/** Whether the API answered through a manager. */
export interface Reached {
  readonly node: string;
  readonly answers: boolean;
  /** Why not, or nothing. */
  readonly said: string;
  /** The machine answers, and does not let us in: its host key, the login, or sudo. */
  readonly refused?: { readonly next: string | undefined };
}

/** What a node itself says, beside the API. */
export interface ObservedMachine {
  readonly node: string;
  /** `absent`: snapd has no MicroK8s; undefined: it did not say. */
  readonly snap: InstalledSnap | 'absent' | undefined;
  /** Undefined where they were not read. */
  readonly certificates: readonly CertificateDate[] | undefined;
  /** Of its API server; undefined on a worker, and where it was not read. */
  readonly authorization?: Authorization | undefined;
  /** Volume groups that miss a disk; undefined where LVM did not say. */
  readonly missingDisks: readonly MissingDisks[] | undefined;
  /** Of / and of MicroK8s' own folder; undefined where df did not say. */
  readonly fileSystems: readonly FileSystemSpace[] | undefined;
  /** Undefined where LVM was not asked, or did not say. */
  readonly thinPools: readonly ThinPoolUse[] | undefined;
}

/** A node as the API knows it. */
export interface ObservedNode extends ClusterNode {
  /** Since when it has been ready or not, ISO 8601. */
  readonly since: string | undefined;
}
