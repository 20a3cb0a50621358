import type { HostTarget } from '../../host/host.ts';
import type { Site } from '../../site/schema.ts';
import type { PlannedStep } from '../step.ts';

/** What the plan is for; the verbs make plans of different steps. */
export const planPurposes = [
  'init',
  'nodes',
  'start',
  'update',
  'stop',
  'storage',
  'backup',
  'restore',
  'certificates',
  'rebalance',
  'drill',
  'relocate',
] as const;
/** What a plan is for. */
export type PlanPurpose = (typeof planPurposes)[number];

/** `plan.json`: everything that `apply` and `resume` need, and nothing that is secret. */
export interface Plan {
  readonly version: 2;
  readonly purpose: PlanPurpose;
  /** First 12 hex digits of SHA-256 over site, basis and steps. */
  readonly hash: string;
  readonly createdAt: string;
  readonly site: Site;
  /** Path of the product file. */
  readonly product: string;
  readonly targets: readonly HostTarget[];
  /** node → fact key → value that the plan rests on. `apply` refuses when one of them is another now. */
  readonly basis: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly steps: readonly PlannedStep[];
  /** Checks that failed when the plan was made, and that the operator let pass by name. */
  readonly accepted?: readonly AcceptedFailure[];
  /** Of a plan that is stored: what it was made from. `apply` refuses when one of them says something else now. */
  readonly sources?: readonly PlanSource[];
}

/** A file or folder that a plan was made from. */
export interface PlanSource {
  readonly what: 'site' | 'product' | 'chart' | 'bundle';
  readonly path: string;
  /** Of what it says: comments and the order of keys do not count. */
  readonly digest: string;
  /** The site as it was written, so that a difference can be named. */
  readonly written?: Readonly<Record<string, unknown>>;
}

/** A check that failed and was let pass. */
export interface AcceptedFailure {
  readonly check: string;
  readonly nodes: readonly string[];
  /** What the check said. */
  readonly reason: string;
}
