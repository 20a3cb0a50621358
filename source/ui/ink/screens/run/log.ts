import { type RunState, stepHere } from '../../store/run-state.ts';
import type { AppState, Overlay } from '../../store/state.ts';
import { bodyColumns, bodyRows } from '../../widgets/layout.ts';
import { type PagerLine, type PagerState, page, pagerHeight, pagerOf, shownLines } from '../../widgets/pager/state.ts';

/** An open log grows with its step, and stays at its end when it is read there. */
export function freshLog(state: Pick<AppState, 'overlay' | 'size'>, run: RunState): Overlay | undefined {
  const { overlay } = state;
  if (overlay?.kind !== 'pager' || overlay.step === undefined) return overlay;
  const height = pagerHeight(bodyRows(state.size));
  const atEnd = overlay.pager.top >= shownLines(overlay.pager).length - height;
  const pager: PagerState = { ...overlay.pager, lines: logOf(run, overlay.step) };
  return { ...overlay, pager: atEnd ? page(pager, { do: 'last' }, height) : pager };
}

export function logOf(run: RunState, step: string): readonly PagerLine[] {
  const log = run.view.steps.get(step)?.log ?? [];
  if (log.length === 0) return [{ text: 'Nothing was printed yet.', tone: 'quiet' }];
  return log.map((line) =>
    line.stream === 'command' ? { text: `$ ${line.text}`, tone: 'accent' } : { text: `  ${line.text}` },
  );
}

export function openLog<S extends { readonly size: AppState['size']; readonly overlay: Overlay | undefined }>(
  state: S,
  run: RunState,
): S {
  const step = stepHere(run);
  if (!step) return state;
  const pager = page(
    pagerOf(`${step.step.node ?? 'cluster'} · ${step.step.title}`, logOf(run, step.step.id), bodyColumns(state.size)),
    { do: 'last' },
    pagerHeight(bodyRows(state.size)),
  );
  return { ...state, overlay: { kind: 'pager', pager, step: step.step.id } };
}

export function helpOf(run: RunState): Overlay {
  const step = stepHere(run)?.step;
  const text = step
    ? `${step.why} ${step.undoable ? 'It can be undone.' : 'It cannot be undone.'}${step.skippable ? ' It may be skipped.' : ''}`
    : 'The steps of the run, from top to bottom.';
  return { kind: 'help', title: step?.title ?? 'Run', text };
}
