import type { LiveEvidence } from '../../check/evidence.ts';
import type { PairAnswer } from '../../facts/pairs-probe.ts';
import type { Site } from '../../site/schema.ts';
import { columns } from '../../text/table.ts';
import { pairCell } from '../../ui/model/pair-cell.ts';

type Pairs = NonNullable<LiveEvidence['pairs']>;

/** Every pair that was asked, for the JSON: from, to, the state of each port, and what was measured. */
export function pairData(pairs: Pairs): readonly Record<string, unknown>[] {
  return [...pairs].flatMap(([from, { peers }]) => peers.map((peer) => ({ from, ...peer })));
}

/** A row for each node that asked, a column for each that was asked: the round trip, or the ports that do not answer. */
export function pairLines(site: Site, pairs: Pairs, ascii: boolean): string[] {
  if (pairs.size === 0) return [];
  const names = site.nodes.map(({ name }) => name);
  const rows = names.map((from) => [
    from,
    ...names.map((to) =>
      cell(
        pairs.get(from)?.peers.find((peer) => peer.to === to),
        from === to,
        ascii,
      ),
    ),
  ]);
  return ['', ...columns([['From \\ to', ...names], ...rows])];
}

function cell(answer: PairAnswer | undefined, same: boolean, ascii: boolean): string {
  const { grade, text } = pairCell(answer, same);
  const [good, bad] = ascii ? ['+', 'x'] : ['✓', '✗'];
  return grade === 'plain' ? text : `${grade === 'pass' ? good : bad} ${text}`.trimEnd();
}
