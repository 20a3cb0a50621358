import type { Machine } from '../../model/machine.ts';
import type { State } from '../../model/state.ts';
import { holderOf } from './services.ts';

/** The machine whose MetalLB speaker answers for an address, if one does. */
export function announcer(state: State, address: string, now: number): Machine | undefined {
  for (const cluster of Object.values(state.clusters)) {
    const holder = holderOf({ state, cluster, now, wake: () => undefined }, address);
    if (holder !== undefined) return holder;
  }
  return undefined;
}
