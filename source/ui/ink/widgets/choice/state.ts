/** A list with one row under the pointer. Moves are worked out here, never in a render, so that two keys in one read both count. */
export interface ChoiceState {
  readonly index: number;
  readonly count: number;
}

export type ChoiceAction =
  | { readonly do: 'move'; readonly by: number }
  | { readonly do: 'first' }
  | { readonly do: 'last' }
  | { readonly do: 'count'; readonly count: number };

export function choose(state: ChoiceState, action: ChoiceAction): ChoiceState {
  switch (action.do) {
    case 'move':
      return at(state, state.index + action.by);
    case 'first':
      return at(state, 0);
    case 'last':
      return at(state, state.count - 1);
    case 'count':
      return at({ ...state, count: action.count }, state.index);
  }
}

function at(state: ChoiceState, index: number): ChoiceState {
  return { ...state, index: Math.max(0, Math.min(state.count - 1, index)) };
}
