export type Verdict = 'ok' | 'degraded' | 'down';

/** One truth about a site at one time, for every screen and for `--json`. */
export interface StatusReport {
  readonly site: string;
  /** ISO 8601. */
  readonly at: string;
  readonly verdict: Verdict;
  /** At most five, the gravest first. */
  readonly reasons: readonly string[];
  /** The next command, where there is something to do. */
  readonly next: string | undefined;
  readonly through: string | undefined;
  readonly nodes: readonly NodeStatus[];
  readonly datastore: DatastoreStatus | undefined;
  readonly virtualAddress: VirtualAddressStatus | undefined;
  readonly release: ReleaseStatusLine | undefined;
  readonly components: readonly ComponentStatus[];
  readonly claims: readonly ClaimStatus[];
}

export interface NodeStatus {
  readonly name: string;
  readonly role: 'manager' | 'worker';
  /** `lost`: the cluster does not hear from it; `absent`: the cluster does not know it; `unknown`: no manager answered. */
  readonly state: 'ready' | 'lost' | 'absent' | 'unknown';
  /** Whether the workstation reaches the machine itself. */
  readonly answers: boolean;
  readonly since: string | undefined;
  readonly datastore: 'voter' | 'standby' | 'spare' | undefined;
  readonly holdsVirtualAddress: boolean;
  readonly schedulable: boolean;
  readonly version: string | undefined;
  readonly pods: { readonly ready: number; readonly all: number } | undefined;
}

export interface DatastoreStatus {
  readonly voters: number;
  readonly living: number;
  /** How many more voters may be lost before the API stops. */
  readonly survives: number;
}

export interface VirtualAddressStatus {
  readonly address: string;
  /** A service of the cluster has it. */
  readonly given: boolean | undefined;
  readonly holder: string | undefined;
}

export interface ReleaseStatusLine {
  readonly name: string;
  readonly revision: number;
  readonly status: string;
  readonly chart: string;
}

export interface ComponentStatus {
  readonly name: string;
  readonly kind: string;
  readonly ready: number;
  readonly wanted: number;
  readonly complete: boolean;
}

export interface ClaimStatus {
  readonly name: string;
  readonly bound: boolean;
  readonly size: string;
  readonly class: string;
}
