import { withAccepted, withoutAccepted } from '../../../../check/accepted.ts';
import { causes, foldNodes } from '../../../../check/summary.ts';
import type { Finding } from '../../../../site/finding.ts';
import { type AppBindings, next } from '../../store/event.ts';
import { pageKeys, withHelp } from '../../store/shared-keys.ts';
import type { AppState, PreflightState } from '../../store/state.ts';
import { askPreflight, jumpTo, nextFrom, whyNotYet } from '../../store/transitions.ts';
import { choiceBindings } from '../../widgets/field.ts';
import type { Message } from '../../widgets/fit-messages.ts';
import { bodyColumns, bodyRows } from '../../widgets/layout.ts';
import { messagesPager } from '../overlay/messages-pager.ts';
import { problemKey } from '../overlay/problem-key.ts';
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
    ...problemKey(state, preflight.problem, bodyRows(state.size)),
    ...(preflight.problem.length > 0 ? [] : messageKey(state)),
    ...(passing ? [{ keys: ['a'], label: all ? 'open only' : 'all', dropOrder: 3, act: turn }] : []),
    ...acceptKey(state),
    ...pairsKey(state),
    ...(asking ? [] : [{ keys: ['r'], label: 'check again', dropOrder: 2, act: () => askPreflight(state) }]),
    // While it is shut, it says why.
    {
      keys: ['n'],
      ...(shut ? { label: 'show what comes first' } : { label: 'next', dropOrder: 0 }),
      act: () => nextFrom(state),
    },
    ...pageKeys(state),
  ];
  return withHelp(state, bindings, { title: titleHere(state), text: helpText(state), typing: false });
}

function withPreflight(state: AppState, change: Partial<PreflightState>): AppState {
  return { ...state, preflight: { ...state.preflight, ...change } };
}

const general =
  'Every node is checked before anything is changed. A failed check blocks the run unless o accepts it; a warning is for you to judge. Fix what fails, then press r to check again.';

/** The rows that the pointer can be on: what is open in the site, else the rows of the grid. */
function preflightCount(state: AppState): number {
  const { open, findings, help, all } = state.preflight;
  return open.length > 0 ? open.length : shownRows(gridRows(findings ?? [], help), all).length;
}

function rowHere({ preflight: { open, findings, help, all, row } }: AppState) {
  return open.length > 0 ? undefined : shownRows(gridRows(findings ?? [], help), all)[row];
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
  const about = row ? state.preflight.help.get(row.check) : undefined;
  if (row === undefined || about === undefined) return general;
  const advice = row.findings.find(({ grade, advice }) => grade !== 'pass' && advice !== undefined)?.advice;
  const strict = about.strict === undefined ? [] : [`A failure of it cannot be accepted: ${about.strict}`];
  const todo = advice === undefined ? [] : [`What to do: ${advice}.`];
  return [about.why, `The rule: ${about.source}.`, ...todo, ...strict, general].join(' ');
}

/** Every node asks every other one; the matrix shows what they hear. */
function pairsKey(state: AppState): AppBindings {
  const { site, pairs, findings } = state.preflight;
  if (site === undefined || findings === undefined || site.nodes.length < 2) return [];
  const asking = pairs.size === 0;
  const overlay = { kind: 'pairs', row: 0, column: 1, asking } as const;
  const act = () => next({ ...state, overlay }, ...(asking ? [{ do: 'ask-pairs' } as const] : []));
  return [{ keys: ['x'], label: 'pairs', dropOrder: 4, act }];
}

/** Lets the failure of the row's check pass, or takes that back. Plan and journal say so. */
function acceptKey(state: AppState): AppBindings {
  const row = rowHere(state);
  const { findings = [], help } = state.preflight;
  if (row === undefined || help.get(row.check)?.strict !== undefined) return [];
  const accepted = row.findings.some((finding) => finding.accepted);
  if (!accepted && row.grade !== 'fail') return [];
  const turned = accepted ? withoutAccepted(findings, row.check) : withAccepted(findings, new Set([row.check]));
  return [
    {
      keys: ['o'],
      label: accepted ? 'do not accept' : 'accept the failure',
      dropOrder: 5,
      act: () => next(withPreflight(state, { findings: turned })),
    },
  ];
}

/** Everything about the row in full, where something is to be said. */
function messageKey(state: AppState): AppBindings {
  const messages = findingMessages(findingsHere(state));
  if (messages.length === 0) return [];
  const pager = () => messagesPager(messages, bodyColumns(state.size), titleHere(state));
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
  const told = foldNodes(causes(findings));
  const open = told.filter((finding) => finding.grade !== 'pass');
  return (open.length > 0 ? open : (told.length > 0 ? told : foldNodes(findings)).slice(0, 1)).map((finding) => {
    const nodes = finding.who === '' ? '' : `${finding.who}: `;
    const remedy = finding.grade === 'pass' || finding.advice === undefined ? {} : { remedy: `${finding.advice}.` };
    const accepted = finding.accepted ? 'Accepted. ' : '';
    return { mark: finding.grade, text: `${accepted}${nodes}${finding.reason}`, ...remedy };
  });
}
