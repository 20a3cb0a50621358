import { exitCode } from '../../../../errors/fault.ts';
import { offersOf } from '../../store/access.ts';
import { only, type Step } from '../../store/event.ts';
import type { AppState, Overlay } from '../../store/state.ts';
import type { KeyPress } from '../../widgets/keys.ts';
import { bodyRows } from '../../widgets/layout.ts';
import { pagerAction } from '../../widgets/pager/keys.ts';
import { page, pagerHeight } from '../../widgets/pager/state.ts';
import { textAction } from '../../widgets/text/keys.ts';
import { editText } from '../../widgets/text/state.ts';

/** Keys while something lies over the page. */
export function overlayKey(state: AppState, overlay: Overlay, key: KeyPress): Step {
  const interrupted = key.name === 'control' && key.text === 'c';
  const closed = { ...state, overlay: undefined };
  switch (overlay.kind) {
    case 'leave':
      return leaveKey(state, key);
    case 'help':
      return interrupted ? asks(state) : only(closed);
    case 'pager':
      return interrupted && state.screen !== 'run' ? asks(state) : pagerKey(state, overlay, key);
    case 'keys':
      return interrupted ? asks(state) : keysKey(state, key);
    case 'password':
      return interrupted ? asks(state) : passwordKey(state, overlay, key);
  }
}

const asks = (state: AppState): Step => only({ ...state, overlay: { kind: 'leave' } });

/** Ctrl-C asks once: y or a second Ctrl-C leaves, everything else stays. */
function leaveKey(state: AppState, key: KeyPress): Step {
  const yes =
    (key.name === 'character' && key.text.toLowerCase() === 'y') || (key.name === 'control' && key.text === 'c');
  return yes ? only(state, { do: 'exit', code: exitCode.interrupted }) : only({ ...state, overlay: undefined });
}

function pagerKey(state: AppState, overlay: Extract<Overlay, { kind: 'pager' }>, key: KeyPress): Step {
  const height = pagerHeight(bodyRows(state.size));
  const action = pagerAction(overlay.pager, key, height);
  if (action) return only({ ...state, overlay: { ...overlay, pager: page(overlay.pager, action, height) } });
  const closes = key.name === 'escape' || (key.name === 'character' && ['q', 'l', 'd', 'c'].includes(key.text));
  return closes ? only({ ...state, overlay: undefined }) : only(state);
}

function keysKey(state: AppState, key: KeyPress): Step {
  const { offers, reaches } = offersOf(state);
  if (key.name === 'character' && key.text === 't' && offers.length > 0)
    return only({ ...state, overlay: undefined }, { do: 'trust', offers, reaches });
  return key.name === 'escape' || (key.name === 'character' && key.text === 'f')
    ? only({ ...state, overlay: undefined })
    : only(state);
}

function passwordKey(state: AppState, overlay: Extract<Overlay, { kind: 'password' }>, key: KeyPress): Step {
  if (key.name === 'escape') return only({ ...state, overlay: undefined });
  if (key.name === 'tab')
    return only({ ...state, overlay: { ...overlay, for: overlay.for === 'login' ? 'sudo' : 'login' } });
  if (key.name === 'enter') {
    if (overlay.text.text === '') return only({ ...state, overlay: undefined });
    return only(
      { ...state, overlay: undefined },
      { do: 'password', node: overlay.node, for: overlay.for, password: overlay.text.text },
    );
  }
  const action = textAction(key);
  return action ? only({ ...state, overlay: { ...overlay, text: editText(overlay.text, action) } }) : only(state);
}
