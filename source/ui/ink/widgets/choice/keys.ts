import type { KeyPress } from '../keys.ts';
import type { ChoiceAction } from './state.ts';

/** How far a page key goes. */
const page = 8;

export function choiceAction(key: KeyPress): ChoiceAction | undefined {
  switch (key.name) {
    case 'up':
    case 'backTab':
      return { do: 'move', by: -1 };
    case 'down':
    case 'tab':
      return { do: 'move', by: 1 };
    case 'pageUp':
      return { do: 'move', by: -page };
    case 'pageDown':
      return { do: 'move', by: page };
    case 'home':
      return { do: 'first' };
    case 'end':
      return { do: 'last' };
    default:
      return undefined;
  }
}
