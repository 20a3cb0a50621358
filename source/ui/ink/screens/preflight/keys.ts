import type { Finding } from '../../../../site/finding.ts';
import { type AppBindings, next } from '../../store/event.ts';
import { pageKeys, withHelp } from '../../store/shared-keys.ts';
import type { AppState, PreflightState } from '../../store/state.ts';
import { askPreflight, jumpTo, nextFrom, whyNotYet } from '../../store/transitions.ts';
import { choiceBindings } from '../../widgets/field.ts';
import { bodyColumns } from '../../widgets/layout.ts';
import type { Message } from '../../widgets/messages.tsx';
import { messagesPager } from '../overlay/messages-pager.ts';
import { gridRows, shownRows } from './grid.ts';

export function preflightKeys(state: AppState): AppBindings {
  const { preflight } = state;
  const shut = whyNotYet(state, 'review') !== undefined;
  const field = findingsHere(state).find((finding) => finding.field && finding.grade !== 'pass')?.field;
  const { findings, asking, all } = preflight;
  const passing = findings?.some((finding) => finding.grade === 'pass') === true;
  const turn = () => next(withPreflight(state, { all: !all, row: 0 }));
  const bindings: AppBindings = [
    ...choiceBindings({ index: preflight.row, count: preflightCount(state) }, (row) =>
      next(withPreflight(state, { row })),
    ),
    ...(field
      ? [{ keys: ['enter', 'e'], label: 'go to the field', dropOrder: 4, act: () => jumpTo(state, field) }]
      : []),
    ...messageKey(state),
    ...(passing ? [{ keys: ['a'], label: all ? 'open only' : 'all', dropOrder: 3, act: turn }] : []),
    ...(asking ? [] : [{ keys: ['r'], label: 'look again', dropOrder: 2, act: () => askPreflight(state) }]),
    // While it is shut, it says why.
    {
      keys: ['n'],
      ...(shut ? { label: 'say what comes first' } : { label: 'next', dropOrder: 0 }),
      act: () => nextFrom(state),
    },
    ...pageKeys(state),
  ];
  return withHelp(state, bindings, titleHere(state), helpText(state));
}

function withPreflight(state: AppState, change: Partial<PreflightState>): AppState {
  return { ...state, preflight: { ...state.preflight, ...change } };
}

const general =
  'Every node is looked at before anything is changed. A failed check keeps the run from beginning; a warning is for you to weigh. Fix what fails, then r looks again.';

/** The rows that the pointer can be on: what is open in the site, else the rows of the grid. */
export function preflightCount(state: AppState): number {
  const { open, findings, titles, all } = state.preflight;
  return open.length > 0 ? open.length : shownRows(gridRows(findings ?? [], titles), all).length;
}

function rowHere({ preflight: { open, findings, titles, all, row } }: AppState) {
  return open.length > 0 ? undefined : shownRows(gridRows(findings ?? [], titles), all)[row];
}

/** What is under the pointer: a missing answer, else what a check found. */
function findingsHere(state: AppState): readonly Finding[] {
  const { open, row } = state.preflight;
  const missing = open[row];
  return missing ? [missing] : (rowHere(state)?.findings ?? []);
}

const titleHere = (state: AppState): string => rowHere(state)?.title ?? 'Preflight';

function helpText(state: AppState): string {
  const row = rowHere(state);
  const about = row ? state.preflight.why.get(row.check) : undefined;
  return about === undefined ? general : `${about} ${general}`;
}

/** Everything about the row in full, where something is to be said. */
function messageKey(state: AppState): AppBindings {
  const messages = findingMessages(findingsHere(state));
  if (messages.length === 0) return [];
  const pager = () => messagesPager(messages, bodyColumns(state.size));
  return [
    {
      keys: ['m'],
      label: 'whole messages',
      dropOrder: 1,
      act: () => next({ ...state, overlay: { kind: 'pager', pager: pager() } }),
    },
  ];
}

/** Findings as messages: those that do not pass, else the first. */
export function findingMessages(findings: readonly Finding[]): readonly Message[] {
  const open = findings.filter((finding) => finding.grade !== 'pass');
  return (open.length > 0 ? open : findings.slice(0, 1)).map((finding) => {
    const nodes = finding.nodes.length > 0 ? `${finding.nodes.join(' → ')}: ` : '';
    const remedy = finding.grade === 'pass' || finding.advice === undefined ? {} : { remedy: `${finding.advice}.` };
    return { mark: finding.grade, text: `${nodes}${finding.reason}`, ...remedy };
  });
}
