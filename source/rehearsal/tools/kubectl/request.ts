import type { Cluster } from '../../model/cluster.ts';
import type { Call, Options } from '../call.ts';

/** One call of kubectl with its options read. */
export interface Kubectl {
  readonly call: Call;
  readonly options: Options;
  /** Words after the verb. */
  readonly words: readonly string[];
  readonly namespace: string;
  readonly allNamespaces: boolean;
  readonly selector: string | undefined;
  readonly output: string | undefined;
  /** Looks at the cluster. */
  see<Result>(look: (cluster: Cluster, now: number) => Result): Result;
  /** Changes the cluster. */
  change<Result>(act: (cluster: Cluster, now: number) => Result): Result;
}
