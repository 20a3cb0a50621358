import type { KeyPress } from '../keys.ts';
import type { PagerAction, PagerState } from './state.ts';

/** What a key does to a pager; undefined: not a pager's key. */
export function pagerAction(state: PagerState, key: KeyPress, height: number): PagerAction | undefined {
  if (state.typing) return filtering(state, key);
  if (key.name === 'up' || is(key, 'k')) return { do: 'move', by: -1 };
  if (key.name === 'down' || is(key, 'j') || key.name === 'enter') return { do: 'move', by: 1 };
  if (key.name === 'pageUp') return { do: 'move', by: -height };
  if (key.name === 'pageDown' || is(key, ' ')) return { do: 'move', by: height };
  if (key.name === 'home' || is(key, 'g')) return { do: 'first' };
  if (key.name === 'end' || is(key, 'G')) return { do: 'last' };
  if (is(key, '/')) return { do: 'filter', text: state.filter ?? '', typing: true };
  return undefined;
}

function filtering(state: PagerState, key: KeyPress): PagerAction | undefined {
  const text = state.filter ?? '';
  if (key.name === 'enter') return { do: 'filter', text: text === '' ? undefined : text, typing: false };
  if (key.name === 'escape') return { do: 'filter', text: undefined, typing: false };
  if (key.name === 'backspace') return { do: 'filter', text: [...text].slice(0, -1).join(''), typing: true };
  if (key.name === 'character' || key.name === 'paste') return { do: 'filter', text: text + key.text, typing: true };
  return undefined;
}

const is = (key: KeyPress, character: string): boolean => key.name === 'character' && key.text === character;
