import type { SiteNode } from '../../site/schema.ts';
import type { PlanInput } from '../input.ts';
import type { StepList } from './order.ts';

/** The whole input that the parts of a plan see, and where they put their steps. */
export interface Planning extends PlanInput {
  readonly seed: SiteNode;
  readonly list: StepList;
}
