import type { Cluster } from '../../model/cluster.ts';
import type { Call, Options } from '../call.ts';

/** One call of Helm with its options read. */
export interface Helm {
  readonly call: Call;
  readonly options: Options;
  /** Words after the verb. */
  readonly words: readonly string[];
  readonly namespace: string;
  see<Result>(look: (cluster: Cluster, now: number) => Result): Result;
  change<Result>(act: (cluster: Cluster, now: number) => Result): Result;
}

/** ms of `90s`, `10m`, `1h30m`. */
export function spanOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const factors: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };
  return [...text.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, value, unit]) => sum + Number(value) * (factors[unit ?? 's'] ?? 0),
    0,
  );
}
