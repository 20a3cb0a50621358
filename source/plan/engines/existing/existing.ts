import type { SharedEngine } from '../contract.ts';
import { classCheck } from './class-check.ts';

/** A storage class of the operator's own: nothing is installed; the class is looked up and tried before the product rests on it. */
export const existing: SharedEngine = {
  kinds: [classCheck],
  steps: () => [],
  grow: () => [],
  copies: () => [],
  leave: () => [],
};
