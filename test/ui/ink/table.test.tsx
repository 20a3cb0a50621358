import { renderToString } from 'ink';
import { describe, expect, it } from 'vitest';
import { cellsOf } from '../../../source/text/width.ts';
import { pageTable } from '../../../source/ui/ink/screens/form/page-table.ts';
import { TableRow } from '../../../source/ui/ink/screens/form/table.tsx';
import { formPlace } from '../../../source/ui/ink/store/edit.ts';
import { type AppState, viewOf } from '../../../source/ui/ink/store/state.ts';
import { editText, shownPart, textState } from '../../../source/ui/ink/widgets/text/state.ts';
import { opened, seen } from './states.tsx';

const columns = [
  { id: 'Node', width: 6 },
  { id: 'Zone', width: 12 },
  { id: 'Role', width: 8 },
];

function row(zone: string): string {
  const cells = Object.entries({ Node: 'ks-1', Zone: zone, Role: 'manager' }).map(
    ([id, text]) => ({ id, text, as: 'plain' }) as const,
  );
  return renderToString(
    <TableRow number={1} cells={cells} columns={columns} here={false} focus={undefined} editing={undefined} />,
  );
}

describe('a row of a table', () => {
  const place = (line: string) => cellsOf(line.slice(0, line.indexOf('manager')));
  it.each(['東京データセンター', 'Se\u0301ne\u0301gal', '👨‍👩‍👧 家族', '데이터 센터', '🇩🇪 Kiel', ''])(
    'lines up with %s in it',
    (zone) => expect(place(row(zone))).toBe(place(row('Rack 2'))),
  );
});

describe('the table of a page', () => {
  const tableOf = (state: AppState) => {
    const place = formPlace(state);
    return place && pageTable(place, state, viewOf(state));
  };
  it('is kept while the pointer moves over it, however many rows it has', () => {
    const walk = seen(opened());
    const before = tableOf(walk.state);
    expect(before?.cells.size).toBe(3);
    expect(tableOf(walk.keys('<down>').state)).toBe(before);
  });
  it('is made again where a node connects, whose seconds it shows', () => {
    const walk = seen(opened());
    const before = tableOf(walk.state);
    const asked = walk.tell({
      type: 'access',
      reach: '10.0.4.21',
      now: 0,
      state: { state: 'connecting', sinceMs: 0 },
    }).state;
    expect(tableOf(asked)).not.toBe(before);
    expect(tableOf({ ...asked, now: 1000 })).not.toBe(tableOf(asked));
    expect(JSON.stringify([...(tableOf({ ...asked, now: 61_000 })?.cells.values() ?? [])])).toContain(
      'connecting, 61 s',
    );
  });
});

describe('a line of text in any script', () => {
  it('moves over a letter with its accent in one step', () => {
    const state = textState('e\u0301t');
    const moved = editText(editText(state, { do: 'move', to: 'left' }), { do: 'move', to: 'left' });
    expect(moved.cursor).toBe(0);
    expect(editText(state, { do: 'erase', what: 'toStart' }).text).toBe('');
    expect(editText(textState('te\u0301'), { do: 'erase', what: 'before' }).text).toBe('t');
  });
  it('joins an accent to the letter before it', () => {
    const typed = editText(textState('e'), { do: 'insert', text: '\u0301' });
    expect(typed).toMatchObject({ text: 'e\u0301', cursor: 1 });
  });
  it('shows the part around the cursor in the cells there are', () => {
    const signs = [...'東京データセンター'];
    for (let cursor = 0; cursor <= signs.length; cursor++) {
      const [shown, at] = shownPart(signs, cursor, 8);
      expect(cellsOf(shown.join(''))).toBeLessThanOrEqual(8);
      expect(shown[at]).toBe(signs[cursor]);
    }
  });
});
