import { folded } from '../../../../text/width.ts';
import { installedLines } from '../../../model/installed.ts';
import { startTitle } from '../../../model/start-title.ts';
import type { AppState } from '../../store/state.ts';
import { type ChoiceProps, choiceLines } from '../../widgets/choice/view.ts';
import { bodyColumns, bodyRows, type Size } from '../../widgets/layout.ts';
import { line, type Spans } from '../../widgets/spans.ts';
import type { Theme } from '../../widgets/theme.ts';
import { startRows } from './rows.ts';

const atHand = [
  'a permanent address for each node',
  'one more for the cluster, and the DNS name that resolves to it',
  'a TLS certificate and its key for that name (recommended)',
  'a user with sudo on every node, by key or password',
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
    below: [
      line(theme, ' '),
      ...fitting(besideList(installed, theme.glyphs.dot), width, startProblemRows(state, size), theme),
    ],
  };
}

/** What stands under the list: beside a site that is set up already the verbs that fit, else what is needed for a new one. */
export const besideList = (installed: StartPageState['start']['installed'], dot: string): readonly string[] =>
  installed
    ? installedLines(installed).map((text, index) => (index === 0 ? text : `  ${text}`))
    : [
        'Have ready:',
        ...atHand.map((text) => `  ${dot} ${text}`),
        '',
        'Every change is saved as a draft. No machine is changed until you say so.',
      ];

/** The texts between the edges of the screen; of more lines than there is room for the help has the rest. */
function fitting(texts: readonly string[], width: number, room: number, theme: Theme): readonly Spans[] {
  const lines = texts.flatMap((text, index) =>
    folded(text, width - 2, '  ').map((part) => line(theme, ` ${part}`, index === 0 ? 'plain' : 'quiet')),
  );
  if (lines.length <= room) return lines;
  const kept = lines.slice(0, Math.max(0, room - 1));
  return [...kept, line(theme, ` ${lines.length - kept.length} more lines: ? shows them`, 'quiet')];
}

/** Lines under the list that a failure can be on. */
export function startProblemRows(state: StartPageState, size: Size): number {
  const height = bodyRows(size);
  const rows = startRows(state).length;
  return Math.max(1, height - (height >= 16 ? 3 : 1) - listHeight(rows, height) - 1);
}

const listHeight = (rows: number, height: number): number => Math.max(2, Math.min(rows, height - 4));

/** The body of the start page as lines. */
export function startLines(state: StartPageState, size: Size, theme: Theme): readonly Spans[] {
  const { above, choice, below } = startPage(state, size, theme);
  return [...above, ...choiceLines(theme, choice), ...below];
}
