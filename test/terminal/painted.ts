import { Screen, type ScreenOptions } from './screen.ts';

/** Every cell of the screen; one that was never written and a blank look alike. */
export const picture = (one: Screen): string =>
  JSON.stringify(one.cells().map((row) => row.map((cell) => ({ ...cell, text: cell.text || ' ' }))));

/** Ink begins each of its frames with it. */
const inkDraws = '\u001b[?2026h';
/** And ends it: a terminal shows nothing of a frame before. */
const inkHasDrawn = '\u001b[?2026l';

/** A page that is painted before Ink is loaded, as it stood after each piece of output while `line` was on it. */
export interface Painted {
  readonly screen: Screen;
  readonly pictures: readonly string[];
  /** Whether Ink had drawn when it first stood. */
  readonly loaded: () => boolean | undefined;
}

export function painted(words: readonly string[], line: string, options: ScreenOptions = {}): Painted {
  const pictures: string[] = [];
  let loaded: boolean | undefined;
  const onDrawn = (drawn: Screen, soFar: string): void => {
    if (!drawn.text().includes(line) || !drawn.text().includes('leave')) return;
    loaded ??= soFar.includes(inkDraws);
    if (soFar.lastIndexOf(inkDraws) <= soFar.lastIndexOf(inkHasDrawn)) pictures.push(picture(drawn));
  };
  const screen = new Screen(words, { ...options, onDrawn, apart: inkDraws });
  return { screen, pictures, loaded: () => loaded };
}

/** Terminals and flags with which such a page is looked at. */
export const looks: readonly (readonly [name: string, flags: readonly string[], options: ScreenOptions])[] = [
  ['as it comes', [], {}],
  ['wide', [], { columns: 120, rows: 40 }],
  ['narrow', [], { columns: 40, rows: 12 }],
  ['without colours', ['--no-color'], {}],
  ['ASCII only', ['--ascii'], {}],
];
