import { describe, expect, it } from 'vitest';
import { eventLines, orderFor } from '../../source/commands/run-lines.ts';
import type { RunEvent, RunEventBody } from '../../source/run/event.ts';
import { applyEvent, emptyView, type RunView } from '../../source/run/view.ts';
import { toyPlan } from '../run/toys.ts';

const plan = toyPlan([
  { id: 'x@a', node: 'a', title: 'Make x', skippable: true },
  { id: 'all', title: 'Make all', undoable: false },
]);
const at = '2026-01-01T12:00:00.000Z';
const time = new Date(at).toTimeString().slice(0, 8);

function play(...bodies: readonly RunEventBody[]): { view: RunView; lines: string[] } {
  const lines: string[] = [];
  let view = emptyView(plan);
  for (const body of bodies) {
    const event: RunEvent = { at, ...body };
    view = applyEvent(view, event);
    lines.push(...eventLines(view, event));
  }
  return { view, lines };
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

describe('a run as lines', () => {
  it('has one line for each begin and end, and all words of a failure', () => {
    const { lines } = play(
      { type: 'step-started', step: 'all', attempt: 2, deadlineMs: 1 },
      { type: 'line', step: 'all', node: 'a', stream: 'stdout', text: 'noise' },
      { type: 'step-done', step: 'all', outcome: 'already', seen: 'there', durationMs: 2000 },
      failed,
    );
    expect(lines).toEqual([
      `${time} cluster: Make all: begins (attempt 2)`,
      `${time} cluster: Make all: right already, 2 s (there)`,
      `${time} a: Make x: FAILED after 61 s`,
      '  tried: make',
      '  seen: no',
      '  perhaps: age',
      '  next: look',
    ]);
  });

  it('offers only the choices there are, and understands their first letters', () => {
    const { view, lines } = play(failed, { type: 'run-paused', why: 'failed: Make x' });
    expect(lines.slice(-6).map((line) => line.trim().split(' ')[0])).toEqual([
      time,
      'a:',
      'retry',
      'skip',
      'undo',
      'stop',
    ]);
    expect(orderFor('r', view)).toEqual({ order: 'retry', step: 'x@a' });
    expect(orderFor('skip', view)).toEqual({ order: 'skip', step: 'x@a' });
    expect(orderFor('stop', view)).toEqual({ order: 'stop' });
    expect(orderFor('', view)).toBeUndefined();
    expect(orderFor('what', view)).toBeUndefined();
  });

  it('takes no choice while nothing waits for one', () => {
    const { view } = play({ type: 'step-started', step: 'x@a', attempt: 1, deadlineMs: 1 });
    expect(orderFor('retry', view)).toBeUndefined();
    expect(orderFor('stop', view)).toEqual({ order: 'stop' });
  });
});
