import { installedLines } from '../../../model/installed.ts';
import { startTitle } from '../../../model/start-title.ts';
import type { AppState } from '../../store/state.ts';
import { type ChoiceProps, choiceLines } from '../../widgets/choice/view.ts';
import { bodyColumns, bodyRows, type Size } from '../../widgets/layout.ts';
import { line, type Spans } from '../../widgets/spans.ts';
import type { Theme } from '../../widgets/theme.ts';
import { startRows } from './rows.ts';

const atHand = [
  'an address for each node that stays the same',
  'one more for the cluster, and the DNS name that leads to it',
  'a TLS certificate and its key for that name (recommended)',
  'a user on every node that may use sudo, with key or password',
];

/** What the start page shows of the state. */
export type StartPageState = Pick<AppState, 'start' | 'draft' | 'canRehearse'>;

/** The start page in its parts: lines, the list, lines. */
export interface StartPage {
  readonly above: readonly Spans[];
  readonly choice: ChoiceProps;
  readonly below: readonly Spans[];
}

/** The start page on a screen of this size. */
export function startPage(state: StartPageState, size: Size, theme: Theme): StartPage {
  const [height, width] = [bodyRows(size), bodyColumns(size)];
  const rows = startRows(state);
  const blank = height >= 16 ? [line(theme, ' ')] : [];
  const { installed, productName, index } = state.start;
  return {
    above: [...blank, line(theme, ` ${startTitle(productName)}`, 'plain', true), ...blank],
    choice: { rows, index, height: listHeight(rows.length, height), width },
    below: [line(theme, ' '), ...(installed ? besideSite(theme, installed) : needed(theme))],
  };
}

/** Lines under the list that a failure can be on. */
export function startProblemRows(state: StartPageState, size: Size): number {
  const height = bodyRows(size);
  const rows = startRows(state).length;
  const listed = listHeight(rows, height);
  return Math.max(1, height - (height >= 16 ? 3 : 1) - listed - (listed < rows ? 1 : 0) - 1);
}

const listHeight = (rows: number, height: number): number => Math.max(2, Math.min(rows, height - 4));

/** The body of the start page as lines. */
export function startLines(state: StartPageState, size: Size, theme: Theme): readonly Spans[] {
  const { above, choice, below } = startPage(state, size, theme);
  return [...above, ...choiceLines(theme, choice), ...below];
}

/** Beside a site that is set up already: the verbs that fit. */
const besideSite = (theme: Theme, site: NonNullable<StartPageState['start']['installed']>): readonly Spans[] =>
  installedLines(site).map((text, index) =>
    index === 0 ? line(theme, ` ${text}`) : line(theme, `   ${text}`, 'quiet'),
  );

const needed = (theme: Theme): readonly Spans[] => [
  line(theme, ' Have at hand:'),
  ...atHand.map((text) => line(theme, `   ${theme.glyphs.dot} ${text}`, 'quiet')),
  line(theme, ' '),
  line(theme, ' Every change is saved as a draft. No machine is changed before you say so.', 'quiet'),
];
