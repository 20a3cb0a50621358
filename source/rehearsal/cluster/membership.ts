import type { Machine } from '../model/machine.ts';
import type { State } from '../model/state.ts';

export function becomeMember(_state: State, _machine: Machine, _cluster: string, _worker: boolean): void {}
