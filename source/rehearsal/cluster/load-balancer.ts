import type { Machine } from '../model/machine.ts';
import type { State } from '../model/state.ts';

/** The machine whose MetalLB speaker answers for an address, if one does. */
export function announcer(_state: State, _address: string, _now: number): Machine | undefined {
  return undefined;
}
