import { describe, expect, it } from 'vitest';
import { cellsOf } from '../../../source/text/width.ts';
import { asciiStream } from '../../../source/ui/ink/screen.ts';
import { keysLine } from '../../../source/ui/ink/widgets/frame-lines.ts';
import type { Spans } from '../../../source/ui/ink/widgets/spans.ts';
import { fitColumns } from '../../../source/ui/ink/widgets/table/columns.ts';
import { wholeDraft } from '../sample.ts';
import { ran, reviewed } from './states.tsx';
import { Walk } from './walk.tsx';

it('columns that may not be cut are cut all the same before they pass the edge', () => {
  const wishes = [
    { id: 'Reach at', width: 10, dropOrder: 0 },
    { id: 'Access', width: 22, dropOrder: 0 },
    { id: 'Zone', width: 8, dropOrder: 5 },
  ];
  const columns = fitColumns(wishes, 24);
  expect(columns.map(({ id }) => id)).toEqual(['Reach at', 'Access']);
  expect(columns.reduce((sum, { width }) => sum + width + 2, -2)).toBe(24);
});

it('a row of the nodes page keeps its number on a narrow screen, and marks what it cuts', () => {
  const walk = new Walk({ columns: 40, rows: 12 }).tell({
    type: 'draft',
    draft: wholeDraft,
    savedAt: new Date(0),
    now: 0,
  });
  const offers = [{ node: 'ks-1', address: '10.0.4.21', fingerprint: 'ED25519 SHA256:x', line: '' }];
  walk.tell({ type: 'access', reach: '10.0.4.21', now: 0, state: { state: 'host-key-unknown', offers } });
  expect(walk.shown()).toMatch(/ 1 10\.0\.4\.21 +ks-1 +! host k.*…/);
  expect(walk.shown()).toMatch(/# Reach at +Host name +Access.*(\+\d|…)\n/);
  expect(walk.tell({ type: 'resize', columns: 80, rows: 24 }).shown()).toMatch(/# Reach at .* Key file +\+2\n/);
  expect(walk.tell({ type: 'resize', columns: 120, rows: 24 }).shown()).toMatch(/# Reach at .* Jump host\n/);
});

it('to a terminal of ASCII goes nothing else, wherever it comes from; escapes stay', () => {
  const sent: string[] = [];
  const stream = { columns: 40, write: (text: string | Uint8Array) => sent.push(String(text)) > 0 };
  const ascii = asciiStream(stream);
  ascii.write('\u001b[1mSite n…\u001b[0m ✓ 東');
  expect(sent).toEqual(['\u001b[1mSite n~\u001b[0m ? ?']);
  expect(ascii.columns).toBe(40);
});

it('a failure that does not fit on the first page is opened with m, and no key says so where it fits', () => {
  const walk = new Walk({ columns: 40, rows: 12 });
  const lines = [
    'site.yaml has problems.',
    ...Array.from({ length: 9 }, (_, line) => `line ${line + 1}: expected an IPv4 address`),
  ];
  walk.tell({ type: 'start-failed', lines: lines.slice(0, 1) });
  expect(walk.shown()).not.toContain('m whole');
  walk.tell({ type: 'start-failed', lines });
  expect(walk.shown()).toMatch(/more: m shows all/);
  walk.keys('m');
  walk.tell({ type: 'resize', columns: 80, rows: 40 });
  expect(walk.shown()).toContain('line 9: expected an IPv4 address');
});

const small = { columns: 40, rows: 12 };

it('the review of a small screen asks in one line, says how many steps there are, and shows five lines', () => {
  const review = reviewed(small);
  expect(review.shown()).toMatch(/Type berlin to start: /);
  expect(review.shown()).toMatch(/^ 8 steps, /m);
  expect(
    review
      .keys('<up>')
      .shown()
      .match(/Nodes|Network|Preflight|Storage|Features|TLS|Run |Files|Commands/g)?.length,
  ).toBe(5);
  expect(review.shown()).toMatch(/ more above/);
});

it('the run of a small screen shows three rows of its grid and what its step waits for', () => {
  const shown = ran(small).shown();
  expect(shown).toMatch(/gives up in/);
  expect(shown.split('\n').length).toBeLessThanOrEqual(12);
});

it('the line of keys holds whole hints only, also where those that stay do not fit', () => {
  const shownKeys = (spans: Spans) => spans.map(({ text }) => text).join('');
  const keys = ['move', 'open', 'whole message', 'stop after this step', 'leave'].map((label, index) => ({
    key: String(index),
    label,
    dropOrder: index === 1 ? 3 : 0,
  }));
  for (let columns = 12; columns <= 80; columns += 1) {
    const line = shownKeys(keysLine(keys, columns));
    expect(cellsOf(line)).toBeLessThan(columns);
    for (const hint of line.trim().split('  ')) expect(keys.map(({ key, label }) => `${key} ${label}`)).toContain(hint);
  }
  expect(shownKeys(keysLine(keys, 40))).toBe(' 0 move  2 whole message');
});

describe('what stands under the list of the start page', () => {
  const path = '/srv/a/long/way/to/the/folder/of/the/site/etc/kloudspot/site.yaml';
  const beside = (size: { columns: number; rows: number }) =>
    new Walk(size, { installed: { name: 'berlin', path, run: 'open' } });

  it('is folded, and nothing of a command is cut', () => {
    const shown = beside({ columns: 60, rows: 24 }).shown();
    expect(shown.replaceAll(/\s+/g, '')).toContain(path);
    expect(shown).toMatch(/kloudspot resume {2}continues where it stopped/);
  });

  it.each([small, { columns: 80, rows: 12 }])(
    'says how much of it is missing at %j, and the help has it all',
    (size) => {
      const walk = beside(size);
      expect(walk.shown()).toMatch(/\d+ more lines: \? shows them/);
      const { overlay } = walk.keys('?').state;
      const lines = overlay?.kind === 'pager' ? overlay.pager.lines : [];
      const words = lines.map(({ text }) => text.trim()).join(' ');
      expect(words).toContain('kloudspot resume  continues where it stopped');
      const fresh = new Walk(size);
      expect(fresh.shown()).toMatch(/\d+ more lines: \? shows them/);
    },
  );
});
