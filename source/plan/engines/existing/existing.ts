import type { SharedEngine } from '../contract.ts';

/** A storage class of the operator's own: nothing is installed. `planOwnClasses` has the class tried before the product rests on it. */
export const existing: SharedEngine = {
  kinds: [],
  chartValues: () => undefined,
  steps: () => [],
  grow: () => [],
  copies: () => [],
  leave: () => [],
};
