import { kloudspot } from '../../../../text/command.ts';
import type { Review, ReviewLine } from '../../../model/review.ts';
import { type AppBindings, next, type Transition } from '../../store/event.ts';
import { anywhereKeys, pageKeys, withHelp } from '../../store/shared-keys.ts';
import type { AppState, ListOverlay } from '../../store/state.ts';
import { backFrom, enterScreen, jumpTo } from '../../store/transitions.ts';
import { choiceBindings, textBindings } from '../../widgets/field.ts';
import { bodyColumns, bodyRows } from '../../widgets/layout.ts';
import { type PagerLine, pagerOf } from '../../widgets/pager/state.ts';
import { problemKey } from '../overlay/problem-key.ts';

/** Lines of the review for what kept the run from starting. */
export const problemRows = 4;

export const isTyping = (state: AppState): boolean =>
  state.review.review !== undefined && state.review.index >= state.review.review.lines.length;

export function reviewKeys(state: AppState): AppBindings {
  const { review, beginning } = state.review;
  if (beginning) return [stopKey(state)];
  if (!review) return [...problemKey(state, state.review.problem, bodyRows(state.size)), ...pageKeys(state)];
  // A run that cannot begin asks for no name.
  const typing = isTyping(state) && !fails(review);
  return typing ? typingKeys(state, review) : lineKeys(state, review);
}

/** The run is being started: to leave now would leave it running by itself. */
const stopKey = (state: AppState): AppBindings[number] => ({
  keys: ['^c'],
  label: 'stop',
  dropOrder: 0,
  act: () =>
    next({
      ...state,
      review: { ...state.review, stopping: true },
      message: { grade: 'warn', text: 'The run stops as soon as it has started.' },
    }),
});

export const fails = (review: Review): boolean => review.lines.some((line) => line.grade === 'fail');

/** The lines, and after them the one for typing the site's name. */
function moveKeys(state: AppState, review: Review, label: string): AppBindings {
  const count = review.lines.length + (fails(review) ? 0 : 1);
  return choiceBindings({ index: Math.min(state.review.index, count - 1), count, label, dropOrder: 1 }, (index) =>
    next(withIndex(state, index)),
  );
}

function lineKeys(state: AppState, review: Review): AppBindings {
  const here = review.lines[Math.min(state.review.index, review.lines.length - 1)];
  const list = (of: ListOverlay['of']): Transition => next({ ...state, overlay: { kind: 'list', of, index: 0 } });
  const bindings: AppBindings = [
    ...moveKeys(state, review, 'move'),
    ...(here ? [{ keys: ['enter'], label: 'open', dropOrder: 2, act: () => openLine(state, here) }] : []),
    ...placeKeys(state, here),
    ...problemKey(state, state.review.problem, problemRows),
    { keys: ['d'], label: 'diffs', dropOrder: 3, act: () => list('files') },
    { keys: ['c'], label: 'commands', dropOrder: 3, act: () => list('commands') },
    ...(fails(review)
      ? []
      : [{ keys: ['n'], label: 'start', dropOrder: 0, act: () => next(withIndex(state, review.lines.length)) }]),
    ...pageKeys(state),
  ];
  return withHelp(state, bindings, { title: 'Review', text: helpText(), typing: !fails(review) });
}

/** `e` goes to where the line is changed. */
function placeKeys(state: AppState, here: ReviewLine | undefined): AppBindings {
  const goes = (act: () => Transition): AppBindings => [{ keys: ['e'], label: 'change', dropOrder: 4, act }];
  if (here?.page === 'preflight') return goes(() => enterScreen(state, 'preflight'));
  const field = here?.field;
  return field ? goes(() => jumpTo(state, field)) : [];
}

const helpText = (): string =>
  `This is exactly what the run does, command by command. Typing the site’s name and Enter writes site.yaml and values.yaml and starts it. The run continues if this terminal closes; \`${kloudspot('attach')}\` finds it.`;

const withIndex = (state: AppState, index: number): AppState => ({ ...state, review: { ...state.review, index } });

function typingKeys(state: AppState, review: Review): AppBindings {
  const { typed } = state.review;
  return [
    { keys: ['enter'], label: 'start', dropOrder: 0, act: () => begin(state, review) },
    ...moveKeys(state, review, 'lines, diffs, commands'),
    ...textBindings(typed, (text) => next({ ...state, review: { ...state.review, typed: text } })),
    { keys: ['escape'], label: 'back', dropOrder: 1, act: () => backFrom(state) },
    ...anywhereKeys(state),
  ];
}

function begin(state: AppState, review: Review): Transition {
  const { text } = state.review.typed;
  if (text.trim() === review.site)
    return next({ ...state, review: { ...state.review, beginning: true, problem: [] } }, { do: 'begin' });
  const why = text === '' ? `Type ${review.site} to start.` : `${text} is not ${review.site}: nothing was started.`;
  return next({ ...state, message: { grade: 'warn', text: why } });
}

function openLine(state: AppState, line: ReviewLine): Transition {
  if (line.subject === 'Files') return next({ ...state, overlay: { kind: 'list', of: 'files', index: 0 } });
  if (line.subject === 'Commands') return next({ ...state, overlay: { kind: 'list', of: 'commands', index: 0 } });
  const lines = [line.text, '', ...line.detail].map((text): PagerLine => ({ text }));
  return next({ ...state, overlay: { kind: 'pager', pager: pagerOf(line.subject, lines, bodyColumns(state.size)) } });
}
