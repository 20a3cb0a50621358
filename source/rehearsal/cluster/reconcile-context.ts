import type { Cluster } from '../model/cluster.ts';
import type { State } from '../model/state.ts';

/** What a controller looks at, and where it says when it wants to look again. */
export interface ReconcileContext {
  readonly state: State;
  readonly cluster: Cluster;
  readonly now: number;
  /** Look again at this time (ms since 1970) at the latest. */
  wake(time: number): void;
}
