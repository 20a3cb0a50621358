import type { KeyPress } from '../keys.ts';
import type { TextAction } from './state.ts';

const controls: Readonly<Record<string, TextAction>> = {
  a: { do: 'move', to: 'start' },
  e: { do: 'move', to: 'end' },
  b: { do: 'move', to: 'left' },
  f: { do: 'move', to: 'right' },
  u: { do: 'erase', what: 'toStart' },
  k: { do: 'erase', what: 'toEnd' },
  w: { do: 'erase', what: 'word' },
  d: { do: 'erase', what: 'after' },
  h: { do: 'erase', what: 'before' },
  z: { do: 'restore' },
};

/** What a key does to a line of text; undefined where the key means something else (Enter, Esc, Tab, up, down). */
export function textAction(key: KeyPress): TextAction | undefined {
  switch (key.name) {
    case 'character':
    case 'paste':
      return { do: 'insert', text: key.text };
    case 'left':
    case 'right':
      return { do: 'move', to: key.name };
    case 'home':
      return { do: 'move', to: 'start' };
    case 'end':
      return { do: 'move', to: 'end' };
    case 'backspace':
      return { do: 'erase', what: 'before' };
    case 'delete':
      return { do: 'erase', what: 'after' };
    case 'control':
      return controls[key.text];
    default:
      return undefined;
  }
}
