import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationClock } from '../../../source/text/duration.ts';
import { cellsOf, clipped, wrapped } from '../../../source/text/width.ts';
import { pressed } from '../../../source/ui/ink/widgets/bindings.ts';
import type { ChoiceState } from '../../../source/ui/ink/widgets/choice/state.ts';
import { choiceBindings, textBindings } from '../../../source/ui/ink/widgets/field.ts';
import { type KeyPress, keysOf, press } from '../../../source/ui/ink/widgets/keys.ts';
import { fitColumns, nodeColumns, nodeHeads } from '../../../source/ui/ink/widgets/table/columns.ts';
import { leftOut, windowOf } from '../../../source/ui/ink/widgets/table/window.ts';
import { textState } from '../../../source/ui/ink/widgets/text/state.ts';
import { diffLines, shortDiff } from '../../../source/ui/model/diff.ts';

const none = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

describe('keys', () => {
  it('takes typed-ahead characters one by one, controls among them', () => {
    expect(keysOf('ab\r\t\u0001\u007f', none)).toEqual([
      press('character', 'a'),
      press('character', 'b'),
      press('enter'),
      press('tab'),
      press('control', 'a'),
      press('backspace'),
    ]);
  });
  it('knows the named ones', () => {
    expect(keysOf('', { ...none, downArrow: true })).toEqual([press('down')]);
    expect(keysOf('', { ...none, tab: true, shift: true })).toEqual([press('backTab')]);
    expect(keysOf('u', { ...none, ctrl: true })).toEqual([press('control', 'u')]);
  });
});

describe('a choice', () => {
  const after = (keys: readonly KeyPress[], state: ChoiceState = { index: 0, count: 12 }) =>
    keys.reduce(
      ({ count, index }, key) => ({
        count,
        index:
          pressed(
            choiceBindings({ count, index }, (at) => at),
            key,
          ) ?? index,
      }),
      state,
    ).index;
  it.each([
    [Array.from({ length: 5 }, () => press('down')), 5],
    [[press('end')], 11],
    [[press('end'), press('down')], 11],
    [[press('up')], 0],
    [[press('pageDown'), press('up')], 7],
    [[press('end'), press('home')], 0],
    [[press('tab'), press('tab'), press('backTab')], 1],
  ])('%j', (keys, index) => expect(after(keys)).toBe(index));
});

describe('a line of text', () => {
  const typed = (text: string, keys: readonly KeyPress[]) =>
    keys.reduce(
      (now, key) =>
        pressed(
          textBindings(now, (edited) => edited),
          key,
        ) ?? now,
      textState(text),
    );
  const control = (letter: string) => press('control', letter);
  it.each<[string, readonly KeyPress[], string]>([
    ['ab', [press('left'), press('character', 'x')], 'axb'],
    ['ab', [press('home'), press('character', 'x')], 'xab'],
    ['ab', [control('a'), press('delete')], 'b'],
    ['ab', [control('a'), control('e'), press('backspace')], 'a'],
    ['one two', [control('w')], 'one '],
    ['one two', [press('left'), control('u')], 'o'],
    ['one two', [control('a'), control('k')], ''],
    ['kept', [control('u'), press('character', 'x'), control('z')], 'kept'],
    ['', [press('paste', '10.0.4.21\r\n10.0.4.22\n')], '10.0.4.21 10.0.4.22'],
    ['', [press('paste', '\u001b[31mred\u0007')], '[31mred'],
    ['añ', [press('backspace')], 'a'],
    ['a😀', [press('backspace')], 'a'],
  ])('%j', (text, keys, expected) => expect(typed(text, keys).text).toBe(expected));

  it('keeps its cursor inside whatever is pressed', () => {
    const keys = fc.constantFrom(
      press('left'),
      press('right'),
      press('home'),
      press('end'),
      press('backspace'),
      press('delete'),
      press('character', 'ö'),
      control('w'),
      control('u'),
      control('k'),
      control('z'),
    );
    fc.assert(
      fc.property(fc.string(), fc.array(keys), (text, presses) => {
        const state = typed(text, presses);
        return state.cursor >= 0 && state.cursor <= [...state.text].length;
      }),
    );
  });
});

describe('a long list', () => {
  it('always shows the row under the pointer, and counts what it leaves out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.nat({ max: 299 }),
        fc.integer({ min: 1, max: 40 }),
        (count, at, height) => {
          const cursor = Math.min(at, count - 1);
          const shown = windowOf(count, cursor, height);
          const lines = shown.to - shown.from + (leftOut(shown) === undefined ? 0 : 1);
          return (
            shown.from <= cursor &&
            cursor < shown.to &&
            shown.above + (shown.to - shown.from) + shown.below === count &&
            (height === 1 || lines <= height)
          );
        },
      ),
    );
  });
});

describe('columns', () => {
  const wishes = [
    { id: 'name', width: 10, dropOrder: 0 },
    { id: 'role', width: 8, dropOrder: 1 },
    { id: 'zone', width: 8, dropOrder: 2 },
  ];
  it.each([
    [40, undefined, ['name', 'role', 'zone']],
    [20, undefined, ['name', 'role']],
    [10, undefined, ['name']],
    [20, 'zone', ['name', 'zone']],
  ])('in %i cells with %s in focus', (room, focus, kept) =>
    expect(fitColumns(wishes, room, focus).map((column) => column.id)).toEqual(kept),
  );
  it.each([
    [20, undefined, ['ks-1', 'ks-2 +3']],
    [20, 'ks-1', ['ks-1', 'ks-2 +3']],
    [30, 'ks-3', ['ks-2', 'ks-3', 'ks-4 +2']],
    [20, 'ks-5', ['ks-4', 'ks-5 +3']],
  ])('of five nodes in %i cells with %s in focus those beside it are shown, else the first', (room, focus, heads) => {
    const nodes = ['ks-1', 'ks-2', 'ks-3', 'ks-4', 'ks-5'];
    const columns = fitColumns(
      nodeColumns(nodes, focus, () => ({ width: 8 })),
      room,
      focus && `@${focus}`,
    );
    expect(nodeHeads(columns, nodes)).toEqual(heads);
  });
});

describe('words', () => {
  it('wrap within the width', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 30 }), fc.integer({ min: 4, max: 60 }), (text, width) =>
        wrapped(text, width).every((line) => cellsOf(line) <= width),
      ),
    );
  });
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['abcd', 1, 'a'],
  ])('%s in %i', (text, width, expected) => expect(clipped(text, width)).toBe(expected));
  it.each([
    [48_000, '48 s'],
    [192_000, '3:12'],
    [3_725_000, '1:02:05'],
    [-5, '0 s'],
  ])('%i ms', (ms, expected) => expect(durationClock(ms)).toBe(expected));
});

describe('a difference', () => {
  it('gives both texts back', () => {
    const line = fc.constantFrom('a', 'b', 'c', '');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.array(line, { minLength: 1 }), (one, other) => {
        const lines = diffLines(`${one.join('\n')}\n`, `${other.join('\n')}\n`);
        expect(lines.filter((each) => each.mark !== '+').map((each) => each.text)).toEqual(one);
        expect(lines.filter((each) => each.mark !== '-').map((each) => each.text)).toEqual(other);
      }),
    );
  });
  it('leaves out what lies far from a change', () => {
    const same = Array.from({ length: 20 }, (_, index) => String(index));
    const short = shortDiff(diffLines(same.join('\n'), [...same, 'new'].join('\n')));
    expect(short.map((each) => each.mark + each.text)).toEqual([' …', ' 18', ' 19', '+new']);
  });
});
