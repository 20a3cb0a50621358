import type { Machine } from '../model/machine.ts';
import type { State } from '../model/state.ts';

export function endSnapChange(_state: State, _machine: Machine, _change: number): void {}
