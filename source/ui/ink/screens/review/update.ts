import { diffText, type Review } from '../../../model/review.ts';
import { type AppEvent, only, type Step } from '../../store/event.ts';
import { runState } from '../../store/run-state.ts';
import type { AppState, ReviewState } from '../../store/state.ts';
import { enterScreen, jumpByNumber, jumpTo, stepScreen } from '../../store/transitions.ts';
import { choiceAction } from '../../widgets/choice/keys.ts';
import { choose } from '../../widgets/choice/state.ts';
import type { KeyPress } from '../../widgets/keys.ts';
import { bodyColumns } from '../../widgets/layout.ts';
import { type PagerLine, pagerOf } from '../../widgets/pager/state.ts';
import { textAction } from '../../widgets/text/keys.ts';
import { editText } from '../../widgets/text/state.ts';

export function reviewNews(
  state: AppState,
  event: Extract<AppEvent, { type: 'planned' | 'plan-failed' | 'begun' | 'begin-failed' }>,
): Step {
  const { review } = state;
  const next = (change: Partial<ReviewState>): Step => only({ ...state, review: { ...review, ...change } });
  // The cursor waits where the name is typed: whoever types it at once must not set off the keys of the lines.
  if (event.type === 'planned') {
    const index = event.review.lines.length;
    return next({ planning: false, plan: event.plan, review: event.review, index, problem: [] });
  }
  if (event.type === 'plan-failed') return next({ planning: false, problem: event.lines });
  if (event.type === 'begin-failed') return next({ beginning: false, problem: event.lines });
  if (!review.plan) return only(state);
  return enterScreen(
    {
      ...state,
      run: runState(review.plan, state.rehearsal !== undefined),
      review: { ...review, beginning: false },
      now: event.now,
    },
    'run',
  );
}

/** The lines, and after them the one for typing the site's name. */
const lineCount = (review: Review): number => review.lines.length + 1;

export const isTyping = (state: AppState): boolean =>
  state.review.review !== undefined && state.review.index >= state.review.review.lines.length;

export function reviewKey(state: AppState, key: KeyPress): Step {
  const { review } = state.review;
  if (key.name === 'escape') return stepScreen(state, -1);
  if (!review || state.review.beginning) return only(state);
  if (isTyping(state)) {
    const typed = typingKey(state, review, key);
    if (typed) return typed;
  }
  const action = choiceAction(key);
  if (action)
    return only(withIndex(state, choose({ index: state.review.index, count: lineCount(review) }, action).index));
  const here = review.lines[state.review.index];
  if (key.name === 'enter' && here) return only(openLine(state, here.subject, review));
  if (key.name !== 'character') return only(state);
  if (key.text === 'e' && here)
    return here.page === 'preflight' ? enterScreen(state, 'preflight') : jumpTo(state, here.field);
  if (key.text === 'd') return only(openDiffs(state, review));
  if (key.text === 'c') return only(openCommands(state, review));
  if (key.text === 'n') return only(withIndex(state, review.lines.length));
  if (key.text === '?') return only({ ...state, overlay: { kind: 'help', title: 'Review', text: helpText } });
  return /^[1-9]$/.test(key.text) ? jumpByNumber(state, key.text) : only(state);
}

const helpText =
  'This is exactly what the run does, command for command. Typing the site’s name and Enter writes site.yaml and values.yaml and begins. The run goes on by itself when this terminal goes away; `kloudspot attach` finds it.';

const withIndex = (state: AppState, index: number): AppState => ({ ...state, review: { ...state.review, index } });

function typingKey(state: AppState, review: Review, key: KeyPress): Step | undefined {
  const typed = state.review.typed;
  if (key.name === 'enter') {
    if (typed.text.trim() === review.site)
      return only({ ...state, review: { ...state.review, beginning: true, problem: [] } }, { do: 'begin' });
    const text =
      typed.text === '' ? `Type ${review.site} to begin.` : `${typed.text} is not ${review.site}: nothing was begun.`;
    return only({ ...state, message: { grade: 'warn', text } });
  }
  if (key.name === 'home' || key.name === 'end') return undefined;
  const action = textAction(key);
  return action ? only({ ...state, review: { ...state.review, typed: editText(typed, action) } }) : undefined;
}

function openLine(state: AppState, subject: string, review: Review): AppState {
  if (subject === 'Files') return openDiffs(state, review);
  if (subject === 'Commands') return openCommands(state, review);
  const line = review.lines.find((one) => one.subject === subject);
  const lines = [line?.text ?? '', '', ...(line?.detail ?? [])].map((text): PagerLine => ({ text }));
  return { ...state, overlay: { kind: 'pager', pager: pagerOf(subject, lines, bodyColumns(state.size)) } };
}

function openDiffs(state: AppState, review: Review): AppState {
  const lines = diffText(review.files).map((line): PagerLine => {
    if (line.mark === ' ') return { text: `  ${line.text}` };
    return { text: `${line.mark} ${line.text}`, tone: line.mark === '+' ? 'pass' : 'fail' };
  });
  return {
    ...state,
    overlay: { kind: 'pager', pager: pagerOf('Files, as they will be', lines, bodyColumns(state.size)) },
  };
}

function openCommands(state: AppState, review: Review): AppState {
  let step = '';
  const lines = review.commands.flatMap((command): PagerLine[] => {
    const head: PagerLine[] =
      command.step === step
        ? []
        : [
            {
              text: `${command.step}${command.undoable ? '' : '  (cannot be undone)'}`,
              tone: command.undoable ? 'accent' : 'warn',
            },
          ];
    step = command.step;
    return [...head, { text: `  ${command.node}: ${command.text}` }];
  });
  return { ...state, overlay: { kind: 'pager', pager: pagerOf('Commands, in order', lines, bodyColumns(state.size)) } };
}
