import type { EngineProfile } from '../engine.ts';

/** A storage class of the operator's own: what it holds is not seen from here. */
export const existing: EngineProfile = {
  label: 'a storage class of yours',
  hint: 'your own replicated storage',
  help: 'With a storage class that is there already, nothing is installed for shared volumes.',
  ours: false,
  iscsi: false,
  readWriteMany: 'by-class',
  clashes: [],
  usable: () => 0,
  raw: () => 0,
};
