import type { SharedEngine } from '../contract.ts';
import { classCheck, planClassCheck } from './class-check.ts';

/** A storage class of the operator's own: nothing is installed, the class is looked up and tried. */
export const existing: SharedEngine = {
  kinds: [classCheck],
  grow: () => [],
  steps: ({ site, seed }) => {
    const { storageClass } = site.storage.shared;
    return storageClass === undefined ? [] : [planClassCheck({ seed, name: storageClass })];
  },
};
