import { isClosed } from '../../facts/pairs-probe.ts';
import { perInput } from '../check.ts';
import { type Pair, pairsOf } from './asked-pairs.ts';

/** A pair with ports that do not answer. */
export interface ClosedPair extends Pair {
  /** `tcp 16443` */
  readonly ports: readonly string[];
  /** Nothing came back, as behind a filter that drops; otherwise the other machine, or a filter, said no. */
  readonly silent: boolean;
}

export const closedPairs = perInput((input): ClosedPair[] =>
  pairsOf(input).flatMap((pair) => {
    // What has a port already is named by the check ports-free.
    const busy = input.evidence?.pairs?.get(pair.to.name)?.busy ?? [];
    const closed = Object.entries(pair.answer.ports).filter(([name, state]) => isClosed(name, state, busy));
    const silent = closed.some(([, state]) => state === 'silent');
    return closed.length === 0 ? [] : [{ ...pair, ports: closed.map(([name]) => name), silent }];
  }),
);
