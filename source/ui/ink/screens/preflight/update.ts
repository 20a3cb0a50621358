import { type AppEvent, only, type Step } from '../../store/event.ts';
import type { AppState, PreflightState } from '../../store/state.ts';
import { askPreflight, enterScreen, jumpByNumber, jumpTo, stepScreen } from '../../store/transitions.ts';
import { choiceAction } from '../../widgets/choice/keys.ts';
import { choose } from '../../widgets/choice/state.ts';
import type { KeyPress } from '../../widgets/keys.ts';
import { gridRows, shownRows } from './grid.ts';

export function preflightNews(
  state: AppState,
  event: Extract<AppEvent, { type: 'judged' | 'checked' | 'check-failed' }>,
): Step {
  const { preflight } = state;
  const next = (change: Partial<PreflightState>): Step => only({ ...state, preflight: { ...preflight, ...change } });
  if (event.type === 'judged') return next({ open: event.open, site: event.site, asking: event.site !== undefined });
  if (event.type === 'check-failed') return next({ asking: false, problem: event.lines });
  return next({ asking: false, findings: event.findings, titles: event.titles, problem: [] });
}

/** The rows that the pointer can stand on: what is open in the site, else the rows of the grid. */
export function preflightCount(state: AppState): number {
  const { open, findings, titles, all } = state.preflight;
  return open.length > 0 ? open.length : shownRows(gridRows(findings ?? [], titles), all).length;
}

export function preflightKey(state: AppState, key: KeyPress): Step {
  const { preflight } = state;
  const action = choiceAction(key);
  if (action) {
    const row = choose({ index: preflight.row, count: preflightCount(state) }, action).index;
    return only({ ...state, preflight: { ...preflight, row: Math.max(0, row) } });
  }
  if (key.name === 'escape') return stepScreen(state, -1);
  if (key.name === 'enter') return jumpTo(state, fieldHere(state));
  if (key.name !== 'character') return only(state);
  if (key.text === 'r') return askPreflight(state);
  if (key.text === 'a') return only({ ...state, preflight: { ...preflight, all: !preflight.all, row: 0 } });
  if (key.text === 'e') return jumpTo(state, fieldHere(state));
  if (key.text === '?') return only({ ...state, overlay: { kind: 'help', title: 'Preflight', text: helpText } });
  if (/^[1-9]$/.test(key.text)) return jumpByNumber(state, key.text);
  return key.text === 'n' ? goOn(state) : only(state);
}

const helpText =
  'Every node is looked at before anything is changed. A failed check keeps the run from beginning; a warning is for you to weigh. Put right what fails, then r looks again.';

function fieldHere(state: AppState) {
  const { open, findings, titles, all, row } = state.preflight;
  if (open.length > 0) return open[row]?.field;
  return shownRows(gridRows(findings ?? [], titles), all)[row]?.findings.find(
    (finding) => finding.grade !== 'pass' && finding.field,
  )?.field;
}

function goOn(state: AppState): Step {
  const { preflight } = state;
  const stays = (text: string): Step => only({ ...state, message: { grade: 'warn', text } });
  if (preflight.asking) return stays('The checks are still running.');
  if (preflight.open.length > 0) return stays('The site is not complete yet: Enter goes to what is missing.');
  const fails = preflight.findings?.filter((finding) => finding.grade === 'fail').length ?? 0;
  if (fails > 0)
    return stays(`${fails} ${fails === 1 ? 'finding fails' : 'findings fail'}: put it right, then r looks again.`);
  return preflight.findings === undefined
    ? stays('Nothing was checked yet: r looks again.')
    : enterScreen(state, 'review');
}
