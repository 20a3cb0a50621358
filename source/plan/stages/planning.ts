import type { SiteNode } from '../../site/schema.ts';
import type { PlanInput } from '../input.ts';
import type { Departure } from '../standing/changes.ts';
import type { StepList } from './order.ts';

/** The whole input that the parts of a plan see, and where they put their steps. */
export interface Planning extends PlanInput {
  readonly seed: SiteNode;
  readonly list: StepList;
  /** Nodes that leave the cluster, or leave it and join again. */
  readonly leaving: readonly Departure[];
}
