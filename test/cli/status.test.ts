import { expect, it } from 'vitest';
import { printReport } from '../../source/cli/verbs/status.ts';
import { emptyReport } from '../status/empty-report.ts';

/** What a screen of so many rows is given; undefined: a pipe. */
function printedOn(rows: number | undefined): string[] {
  let text = '';
  const output = { isTTY: rows !== undefined, rows: rows ?? 0, columns: 80, write: (more: string) => (text += more) };
  const report = { ...emptyReport, at: '2026-01-01T10:00:00.000Z', next: 'kloudspot apply' };
  printReport(report, ['REHEARSAL'], output);
  return text.trimEnd().split('\n');
}

it('a report that is longer than the screen ends with its verdict, whose first lines have scrolled away', () => {
  const verdict = ['berlin is OK as of 10:00:00 UTC', '  Next: kloudspot apply'];
  expect(printedOn(4).slice(-3)).toEqual(['', ...verdict]);
  expect(printedOn(24).filter((line) => line === verdict[0])).toHaveLength(1);
  expect(printedOn(undefined).filter((line) => line === verdict[0])).toHaveLength(1);
});
