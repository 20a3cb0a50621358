import type { KeyHint } from './frame-lines.ts';
import type { KeyPress } from './keys.ts';
import type { Glyphs } from './theme.ts';

/** What a key does on a screen now. One list of them is the reducer, the footer and the help of the screen. */
export interface Binding<Result> {
  /** Names as in `keyNames`; the first one, or a pair of arrows, is shown in the footer. */
  readonly keys: readonly string[];
  /** In the imperative: `move`, `go to the field`. */
  readonly label: string;
  /** Keys with the highest number are left out first where the footer is too short; 0 stays. Undefined: help only. */
  readonly dropOrder?: number;
  readonly act: (key: KeyPress) => Result;
}

/** What the footer needs of a binding. */
export type ShownBinding = Pick<Binding<unknown>, 'keys' | 'label' | 'dropOrder'>;

export type Bindings<Result> = readonly Binding<Result>[];

/** The names under which a binding can ask for a key, the narrowest first. */
export function keyNames(key: KeyPress): readonly string[] {
  if (key.name === 'character') return [key.text, 'character', 'any'];
  return [key.name === 'control' ? `^${key.text}` : key.name, 'any'];
}

/** What the key does; undefined: nothing. Where several bindings ask for it, the first has it. */
export function pressed<Result>(bindings: Bindings<Result>, key: KeyPress): Result | undefined {
  const names = keyNames(key);
  return bindings.find((binding) => binding.keys.some((name) => names.includes(name)))?.act(key);
}

/** The footer. */
export function hintsOf(bindings: readonly ShownBinding[], glyphs: Glyphs): readonly KeyHint[] {
  return bindings.flatMap(({ keys, label, dropOrder }) =>
    dropOrder === undefined ? [] : [{ key: shownKeys(keys, glyphs.keys), label, dropOrder }],
  );
}

function shownKeys(keys: readonly string[], glyphs: Glyphs['keys']): string {
  if (keys.includes('up') && keys.includes('down')) return glyphs.upDown;
  if (keys.includes('left') && keys.includes('right')) return glyphs.leftRight;
  return keys[0] === 'enter' ? glyphs.enter : (keyWords(keys)[0] ?? '');
}

/** What the help says of the keys, a line each. */
export function helpOfKeys<Result>(bindings: Bindings<Result>): readonly string[] {
  return bindings.map(({ keys, label }) => `${keyWords(keys).join(' ').padEnd(14)} ${label}`);
}

/** Keys as they are written in words that every terminal can show. */
function keyWords(keys: readonly string[]): readonly string[] {
  const digits = keys.filter((key) => /^\d$/.test(key));
  const range = digits.length > 1 ? [`${digits[0]}-${digits.at(-1)}`] : digits;
  return [...range, ...keys.filter((key) => !digits.includes(key)).map(word)];
}

const words: Readonly<Record<string, string>> = {
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  home: 'Home',
  end: 'End',
  pageUp: 'PgUp',
  pageDown: 'PgDn',
  enter: 'Enter',
  escape: 'Esc',
  tab: 'Tab',
  backTab: 'Shift-Tab',
  backspace: 'Backspace',
  delete: 'Del',
  paste: 'paste',
  character: 'letters',
  any: 'any other key',
  ' ': 'Space',
};

const word = (key: string): string => words[key] ?? (key.length > 1 ? key.toUpperCase() : key);
