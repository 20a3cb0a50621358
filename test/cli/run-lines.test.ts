import { describe, expect, it } from 'vitest';
import { choices, orderFor } from '../../source/cli/apply/run-lines.ts';
import type { RunEvent, RunEventBody } from '../../source/engine/journal/event.ts';
import { applyEvent, emptyView, type RunView } from '../../source/engine/view/view.ts';
import { toyPlan } from '../engine/toys.ts';

const plan = toyPlan([
  { id: 'x@a', node: 'a', title: 'Make x', skippable: true },
  { id: 'all', title: 'Make all', undoable: false },
]);
function viewAfter(...bodies: readonly RunEventBody[]): RunView {
  const events = bodies.map((body): RunEvent => ({ at: '2026-01-01T12:00:00.000Z', ...body }));
  return events.reduce(applyEvent, emptyView(plan));
}

const failed: RunEventBody = {
  type: 'step-failed',
  step: 'x@a',
  tried: 'make',
  seen: 'no',
  causes: ['age'],
  next: ['look'],
  durationMs: 61_000,
};

describe('the choice after a failure, line by line', () => {
  it('offers only the choices there are, and understands their first letters', () => {
    const made: RunEventBody = { type: 'command', step: 'x@a', node: 'a', command: ['make'] };
    const view = viewAfter(made, failed, { type: 'run-paused', why: 'failed: Make x' });
    const words = (of: RunView) => choices(of).map((line) => line.trim().split(' ')[0]);
    expect(words(view)).toEqual(['a:', 'retry', 'skip', 'undo', 'stop']);
    expect(words(viewAfter(failed, { type: 'run-paused', why: 'failed: Make x' }))).not.toContain('undo');
    expect(orderFor('r', view)).toEqual({ order: 'retry', step: 'x@a' });
    expect(orderFor('skip', view)).toEqual({ order: 'skip', step: 'x@a' });
    expect(orderFor('stop', view)).toEqual({ order: 'stop' });
    expect(orderFor('', view)).toBeUndefined();
    expect(orderFor('what', view)).toBeUndefined();
  });

  it('takes no choice while nothing waits for one', () => {
    const view = viewAfter({ type: 'step-started', step: 'x@a', attempt: 1, deadlineMs: 1 });
    expect(orderFor('retry', view)).toBeUndefined();
    expect(choices(view)).toEqual([]);
    expect(orderFor('stop', view)).toEqual({ order: 'stop' });
  });
});
