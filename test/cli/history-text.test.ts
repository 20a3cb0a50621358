import { expect, it } from 'vitest';
import type { PastRun } from '../../source/app/history.ts';
import { historyLines } from '../../source/cli/text/history-text.ts';
import { cellsOf } from '../../source/text/width.ts';

const past = (more: Partial<PastRun> = {}): PastRun => ({
  run: '20260101-100000-7f3a',
  verb: 'apply',
  purpose: 'init',
  site: 'berlin',
  by: [{ owner: 'root', host: 'console-1', at: '2026-01-01T10:00:00.000Z' }],
  endedAt: '2026-01-01T10:41:00.000Z',
  spentMs: 41 * 60_000,
  result: 'done',
  steps: { done: 142, changed: 101, all: 142 },
  failed: [],
  failedTitles: [],
  ...more,
});
const long = past({
  site: 'a-site-with-a-long-name',
  verb: 'certificates renew',
  purpose: 'certificates',
  result: 'partly-undone',
  by: [{ owner: 'administrator', host: 'console.of.the.company.example', at: '2026-01-01T10:00:00.000Z' }],
});
const tableOf = (runs: readonly PastRun[], width: number | undefined, ascii = false): string[] =>
  historyLines(runs, { width, ascii }).slice(0, runs.length + 1);

it('fits into 80 columns, a row a run, and marks what it cuts', () => {
  const [head, ...rows] = tableOf([past(), long], 80);
  expect(Math.max(...[head ?? '', ...rows].map(cellsOf))).toBeLessThanOrEqual(80);
  expect(head).toMatch(/^Run +Took +Who +Site +For +Steps +Result$/);
  expect(rows[0]).toMatch(/^20260101-100000-7f3a +41 min +root… +berl… +apply +142\/142 +done$/);
  expect(rows[1]).toMatch(/ +admi… +a-si… +certificates +142\/142 +partly-undone$/);
  expect(tableOf([long], 80, true).join('')).toMatch(/^[ -~]*\.\.\.[ -~]*$/);
});

it('cuts nothing where it fits: on 80 columns, on a wide screen, and into a file', () => {
  expect(tableOf([past()], 80)[1]).toMatch(/root@console-1 +berlin +apply/);
  for (const width of [200, undefined])
    expect(tableOf([past(), long], width)[2]).toMatch(
      /administrator@console\.of\.the\.company\.example +certificates renew /,
    );
});

it('names what a plan is for where the verb is not known, as for a run of an earlier version', () => {
  expect(tableOf([past({ verb: undefined })], undefined)[1]).toMatch(/ +init +berlin/);
});
