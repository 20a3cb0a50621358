import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const page = resolve(import.meta.dirname, '../../docs/reliability.md');
const [begin, end] = ['<!-- results: written by npm run soak -->', '<!-- end of results -->'];

export interface Result {
  readonly promise: string;
  readonly how: string;
  readonly tried: number;
  readonly held: number;
}

/** What the row of a promise says so far; nothing tried where there is none. */
export function recorded(promise: string): Pick<Result, 'tried' | 'held'> {
  const row = readFileSync(page, 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`| ${promise} |`));
  const [held = 0, tried = 0] = (row ?? '').split('|').map(Number).filter(Number.isInteger).slice(1, -1).toReversed();
  return { tried, held };
}

/** Puts what a loop has counted in its row of docs/reliability.md; the other rows stay. */
export function record({ promise, how, tried, held }: Result): void {
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  const rows = text
    .slice(from, to)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith(`| ${promise} |`));
  const [heading = '| promise | how it is tried | tried | held |', ...others] = rows.filter(
    (row) => !row.startsWith('| ---'),
  );
  const own = `| ${promise} | ${how} | ${tried} | ${held} |`;
  const table = [heading, '| --- | --- | --- | --- |', ...[...others, own].toSorted()].join('\n');
  writeFileSync(page, `${text.slice(0, from)}\n\n${table}\n\n${text.slice(to)}`);
}
