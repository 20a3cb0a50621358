import type { StepState, StepView } from '../../../../engine/view/view.ts';
import { failureLines } from '../../../model/step-text.ts';
import { type RunScreen, type RunState, stepHere } from '../../store/run-state.ts';
import { bodyColumns, bodyRows } from '../../widgets/layout.ts';
import { type PagerLine, type PagerState, page, pagerHeight, pagerOf, shownLines } from '../../widgets/pager/state.ts';

/** An open log grows with its step, and stays at its end when it is read there. */
export function grownLog(state: RunScreen): RunScreen {
  const { pager: open } = state;
  if (open?.step === undefined) return state;
  const height = pagerHeight(bodyRows(state.size));
  const atEnd = open.pager.top >= shownLines(open.pager).length - height;
  const pager: PagerState = { ...open.pager, lines: logOf(state.run, open.step) };
  return { ...state, pager: { ...open, pager: atEnd ? page(pager, { do: 'last' }, height) : pager } };
}

function logOf(run: RunState, step: string): readonly PagerLine[] {
  const { log = [], state, seen = '' } = run.view.steps.get(step) ?? {};
  if (log.length === 0 && state !== undefined && !working.has(state))
    return [{ text: `No output. ${seen}`.trim(), tone: 'quiet', note: true }];
  if (log.length === 0) return [{ text: 'No output yet.', tone: 'quiet', note: true }];
  return log.map((line) =>
    line.stream === 'command' ? { text: `$ ${line.text}`, tone: 'accent', head: true } : { text: `  ${line.text}` },
  );
}

const working: ReadonlySet<StepState> = new Set(['queued', 'running', 'undoing']);

/** The screen with the log of a step, at its end. */
export function logPager(state: RunScreen, step: StepView): RunScreen {
  const pager = pagerOf(titleOf(step), logOf(state.run, step.step.id), bodyColumns(state.size));
  const atEnd = page(pager, { do: 'last' }, pagerHeight(bodyRows(state.size)));
  return { ...state, pager: { pager: atEnd, step: step.step.id } };
}

/** Everything that is known about the failure of a step. */
export function failurePager(step: StepView, columns: number): PagerState {
  const lines = step.failure ? failureLines(step.failure) : [];
  return pagerOf(
    titleOf(step),
    lines.map((text): PagerLine => ({ text })),
    columns,
  );
}

const titleOf = ({ step }: StepView): string => `${step.node ?? 'cluster'} · ${step.title}`;

/** What `?` says of the step in focus. */
export function helpOf(run: RunState): { readonly title: string; readonly text: string } {
  const step = stepHere(run)?.step;
  const text = step
    ? `${step.why} ${step.undoable ? 'It can be undone.' : 'It cannot be undone.'}${step.skippable ? ' It may be skipped.' : ''}`
    : 'The steps of the run, from top to bottom.';
  return { title: step?.title ?? 'Run', text };
}
