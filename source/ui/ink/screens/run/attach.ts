import type { RunEvent, RunOrder } from '../../../../engine/journal/event.ts';
import { isSettled } from '../../../../engine/view/view.ts';
import type { Plan } from '../../../../plan/document/document.ts';
import { type RunState, runState, withEvent } from '../../store/run-state.ts';
import type { AppState, Overlay } from '../../store/state.ts';
import type { KeyPress } from '../../widgets/keys.ts';
import { bodyRows } from '../../widgets/layout.ts';
import { pagerAction } from '../../widgets/pager/keys.ts';
import { page, pagerHeight } from '../../widgets/pager/state.ts';
import { runKey } from './keys.ts';
import { freshLog, helpOf, openLog } from './log.ts';

/** The run screen by itself: `attach` and the verbs that run a plan. */
export interface AttachState extends Pick<AppState, 'size' | 'draft' | 'access' | 'screen'> {
  readonly run: RunState;
  readonly overlay: Overlay | undefined;
  readonly now: number;
  /** Every order since the beginning, oldest first. */
  readonly orders: readonly RunOrder[];
  /** The screen is left. */
  readonly left: boolean;
  readonly message: AppState['message'];
}

export type AttachEvent =
  | { readonly type: 'key'; readonly key: KeyPress }
  | { readonly type: 'time'; readonly now: number }
  | { readonly type: 'resize'; readonly size: AppState['size'] }
  | { readonly type: 'lost'; readonly why: string }
  /** The run did not take an order. */
  | { readonly type: 'refused'; readonly why: string }
  | {
      readonly type: 'run';
      readonly event: RunEvent;
      readonly now: number;
      readonly estimate?: (plan: Plan, settled: ReadonlySet<string>) => number | undefined;
    };

export function attachState(plan: Plan, rehearsal: boolean, size: AppState['size']): AttachState {
  return {
    size,
    draft: {},
    access: new Map(),
    screen: 'run',
    run: runState(plan, rehearsal),
    overlay: undefined,
    now: Date.now(),
    orders: [],
    left: false,
    message: undefined,
  };
}

export function attach(state: AttachState, event: AttachEvent): AttachState {
  switch (event.type) {
    case 'key':
      return state.overlay ? overlayKey(state, state.overlay, event.key) : ownKey(state, event.key);
    case 'time':
      return { ...state, now: event.now };
    case 'resize':
      return { ...state, size: event.size };
    case 'lost':
      return { ...state, run: { ...state.run, lost: event.why }, message: { grade: 'fail', text: event.why } };
    case 'refused':
      return { ...state, message: { grade: 'warn', text: event.why } };
    case 'run': {
      const { view } = state.run;
      const settled = new Set(
        [...view.steps.values()].filter((step) => isSettled(step.state)).map((step) => step.step.id),
      );
      const run = withEvent(state.run, event.event, event.estimate?.(view.plan, settled), event.now);
      const ended = event.event.type === 'run-ended';
      return {
        ...state,
        run,
        now: event.now,
        overlay: freshLog(state, run),
        message: ended ? endMessage(run) : state.message,
      };
    }
  }
}

function endMessage(run: RunState): AppState['message'] {
  const { outcome } = run.view;
  const done = outcome === 'done' || outcome === 'undone' || outcome === 'partly-undone';
  return { grade: done ? 'pass' : 'warn', text: `${run.view.why ?? 'the run has ended'} · q leaves` };
}

function ownKey(state: AttachState, key: KeyPress): AttachState {
  const answer = runKey(state.run, key);
  const stopping = answer.state.stopping && !state.run.stopping;
  const next: AttachState = {
    ...state,
    run: answer.state,
    orders: answer.order ? [...state.orders, answer.order] : state.orders,
    message: stopping
      ? { grade: 'warn', text: 'Stops after the running steps. Ctrl-C again stops now.' }
      : state.message,
  };
  if (answer.next === 'leave') return { ...next, left: true };
  if (answer.next === 'log') return openLog(next, answer.state);
  return answer.next === 'help' ? { ...next, overlay: helpOf(answer.state) } : next;
}

function overlayKey(state: AttachState, overlay: Overlay, key: KeyPress): AttachState {
  const closed = { ...state, overlay: undefined };
  if (overlay.kind !== 'pager') return closed;
  const height = pagerHeight(bodyRows(state.size));
  const action = pagerAction(overlay.pager, key, height);
  if (action) return { ...state, overlay: { ...overlay, pager: page(overlay.pager, action, height) } };
  const closes = key.name === 'escape' || (key.name === 'character' && (key.text === 'q' || key.text === 'l'));
  return closes ? closed : state;
}
