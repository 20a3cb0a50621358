import { next, type Transition } from '../../store/event.ts';
import type { RunEffect, RunScreen, RunScreenEvent } from '../../store/run-state.ts';
import { withEvent } from '../../store/run-state.ts';
import { pressed } from '../../widgets/bindings.ts';
import { runKeys } from './keys.ts';
import { grownLog } from './log.ts';

/** The one reducer of the run screen: inside `init`, and alone for `attach` and the verbs that run a plan. */
export function runUpdate(before: RunScreen, event: RunScreenEvent): Transition<RunScreen, RunEffect> {
  if (event.type === 'resize') {
    const { columns, rows } = event;
    return next({ ...before, size: { columns, rows } });
  }
  const state: RunScreen = { ...before, now: event.now };
  switch (event.type) {
    case 'time':
      return next(state);
    case 'key': {
      const asked: RunScreen = { ...state, message: undefined };
      return pressed(runKeys(asked), event.key) ?? next(asked);
    }
    case 'event':
      return next(grownLog({ ...state, run: withEvent(state.run, event.event, event.left, event.now) }));
    case 'lost':
      return next({ ...state, run: { ...state.run, lost: event.why } });
    case 'refused':
      return next({ ...state, message: { grade: 'warn', text: event.why } });
  }
}
