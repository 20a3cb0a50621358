import type { PairAnswer } from '../../facts/pairs-probe.ts';

/** What a cell of the matrix shows. */
export interface PairCell {
  readonly grade: 'pass' | 'fail' | 'plain';
  readonly text: string;
}

/** One cell of the matrix: the round trip, or the ports that do not answer. */
export function pairCell(answer: PairAnswer | undefined, same: boolean): PairCell {
  if (answer === undefined) return { grade: 'plain', text: same ? '-' : 'not asked' };
  const closed = Object.entries(answer.ports).flatMap(([port, state]) => (state === 'open' ? [] : [port]));
  if (closed.length > 2) return { grade: 'fail', text: `${closed.length} ports` };
  if (closed.length > 0) return { grade: 'fail', text: closed.join(', ') };
  return { grade: 'pass', text: answer.latencyMs === undefined ? '' : `${answer.latencyMs} ms` };
}

/** Everything that was heard of a pair, in a line. */
export function pairText(from: string, answer: PairAnswer): string {
  const ports = Object.entries(answer.ports).map(([port, state]) => `${port} ${state}`);
  const measured = [
    ...(answer.latencyMs === undefined ? [] : [`${answer.latencyMs} ms`]),
    ...(answer.mtu === undefined ? [] : [`packets of ${answer.mtu} bytes`]),
    ...(answer.clockMs === undefined ? [] : [`clock ${answer.clockMs} ms`]),
  ];
  return `${from} to ${answer.to}: ${[...measured, ...ports].join(', ')}`;
}
