import type { EngineProfile } from '../engine.ts';

/** A storage class of the operator's own: what it holds is not seen from here. */
export const existing: EngineProfile = {
  label: 'your own storage class',
  hint: 'your own replicated storage',
  help: 'With an existing storage class, nothing is installed for shared volumes.',
  ours: false,
  iscsi: false,
  readWriteMany: 'by-class',
  clashes: [],
  usable: () => 0,
  raw: () => 0,
};
