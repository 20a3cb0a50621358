import type { Key } from 'ink';

/** One key as every reducer reads it. A read may bring several; each becomes one of these, in order. */
export interface KeyPress {
  readonly name: KeyName;
  /** The character, the letter beside Ctrl, or the pasted text. */
  readonly text: string;
}

export type KeyName =
  | 'character'
  | 'control'
  | 'paste'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'pageUp'
  | 'pageDown'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'backTab'
  | 'backspace'
  | 'delete';

export const press = (name: KeyName, text = ''): KeyPress => ({ name, text });

/** What Ink hands over as one event, as keys: typed-ahead characters come as one text there, controls among them. */
export function keysOf(input: string, key: Key): readonly KeyPress[] {
  const name = named(key);
  if (name) return [press(name)];
  if (key.ctrl) return input === '' ? [] : [press('control', input)];
  if (key.meta) return [];
  return [...input.replaceAll('\r\n', '\r')].map(character);
}

function named(key: Key): KeyName | undefined {
  if (key.tab) return key.shift ? 'backTab' : 'tab';
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.pageUp) return 'pageUp';
  if (key.pageDown) return 'pageDown';
  if (key.return) return 'enter';
  if (key.escape) return 'escape';
  if (key.backspace) return 'backspace';
  if (key.delete) return 'delete';
  return undefined;
}

function character(one: string): KeyPress {
  if (one === '\r' || one === '\n') return press('enter');
  if (one === '\t') return press('tab');
  if (one === '\u007f' || one === '\b') return press('backspace');
  const code = one.codePointAt(0) ?? 0;
  if (code < 0x20) return press('control', String.fromCodePoint(code + 0x60));
  return press('character', one);
}
