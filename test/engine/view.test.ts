import { describe, expect, it } from 'vitest';
import type { RunEvent, RunEventBody } from '../../source/engine/journal/event.ts';
import { applyEvent, cellSteps, emptyView, type RunView, worstState } from '../../source/engine/view/view.ts';
import { toyPlan } from './toys.ts';

const plan = toyPlan([
  { id: 'one@a', node: 'a', group: 'One' },
  { id: 'one@b', node: 'b', group: 'One' },
  { id: 'more@b', node: 'b', group: 'One' },
  { id: 'all', group: 'All' },
]);

const begin = Date.UTC(2026, 0, 1);
/** One event a second. */
function viewAfter(...bodies: readonly RunEventBody[]): RunView {
  const events = bodies.map((body, place): RunEvent => ({ at: new Date(begin + place * 1000).toISOString(), ...body }));
  return events.reduce(applyEvent, emptyView(plan));
}

const started: RunEventBody = {
  type: 'run-started',
  run: 'r',
  plan: 'p',
  process: 1,
  owner: 'root',
  host: 'h',
  resumed: false,
};
const stepStarted = (step: string, attempt = 1): RunEventBody => ({
  type: 'step-started',
  step,
  attempt,
  deadlineMs: 60_000,
});
const stepDone = (step: string): RunEventBody => ({
  type: 'step-done',
  step,
  outcome: 'changed',
  seen: 'there',
  durationMs: 900,
});
const failed: RunEventBody = {
  type: 'step-failed',
  step: 'one@b',
  tried: 't',
  seen: 's',
  causes: ['c'],
  next: ['n'],
  durationMs: 5,
};

describe('the steps of a view', () => {
  const many = toyPlan(Array.from({ length: 100 }, (_, place) => ({ id: `step ${place}`, node: 'a', group: 'One' })));

  it('are another collection after each event, in the same order, and share what has not changed', () => {
    const before = emptyView(many).steps;
    const view = applyEvent(emptyView(many), { at: new Date(begin).toISOString(), ...stepStarted('step 40') });
    const { steps, counts } = view;
    expect([...steps.keys()]).toEqual([...before.keys()]);
    expect([...steps].map(([id, { step }]) => [id, step.id])).toEqual([...steps.keys()].map((id) => [id, id]));
    expect([...steps.values()].filter(({ state }) => state === 'running').map(({ step }) => step.id)).toEqual([
      'step 40',
    ]);
    expect([before.get('step 40')?.state, steps.get('step 40')?.state]).toEqual(['queued', 'running']);
    expect(counts).toMatchObject({ total: 100, queued: 99, running: 1 });
    expect([steps.size, steps.has('step 99'), steps.has('none'), steps.get('none')]).toEqual([
      100,
      true,
      false,
      undefined,
    ]);
  });
});

describe('the view of a run', () => {
  it('keeps the time that was spent where the clock was set back before it went on', () => {
    const earlier = viewAfter(started, stepStarted('one@a'), stepDone('one@a'));
    const at = begin - 3_600_000;
    const resumed = applyEvent(earlier, { at: new Date(at).toISOString(), ...started, resumed: true });
    expect(at - (resumed.startedAt ?? Number.NaN)).toBe(2000);
  });

  it('counts no time between two processes, such as a night before an undo', () => {
    const earlier = viewAfter(started, stepStarted('one@a'), stepDone('one@a'));
    const at = begin + 9 * 3_600_000;
    const resumed = applyEvent(earlier, { at: new Date(at).toISOString(), ...started, resumed: true });
    expect(at - (resumed.startedAt ?? Number.NaN)).toBe(2000);
  });

  it('counts the restart of this machine, which is part of the run', () => {
    const earlier = viewAfter(started, { type: 'run-ended', outcome: 'rebooting', why: 'w' });
    const resumed = applyEvent(earlier, { at: new Date(begin + 90_000).toISOString(), ...started, resumed: true });
    expect(resumed.startedAt).toBe(begin);
  });

  it('has a row a group and a cell a node', () => {
    const view = viewAfter();
    expect(view.nodes).toEqual(['a', 'b', 'c']);
    expect(view.groups.map(({ title }) => title)).toEqual(['One', 'All']);
    expect(view.groups.map((group) => cellSteps(view, group, 'b').map(({ step }) => step.id))).toEqual([
      ['one@b', 'more@b'],
      [],
    ]);
    expect(view.groups.map((group) => cellSteps(view, group, undefined).map(({ step }) => step.id))).toEqual([
      [],
      ['all'],
    ]);
    expect(view).toMatchObject({ state: 'starting', counts: { total: 4, queued: 4 } });
  });

  it('shows a running step: time, fraction, wait, command and lines', () => {
    const view = viewAfter(
      started,
      stepStarted('one@a'),
      { type: 'command', step: 'one@a', node: 'a', command: ['snap', 'install'] },
      { type: 'line', step: 'one@a', node: 'a', stream: 'stdout', text: 'Download' },
      { type: 'progress', step: 'one@a', text: 'at it', fraction: 0.4 },
      { type: 'waiting', step: 'one@a', for: 'it', seen: 'not yet', untilAt: '2026-01-01T00:10:00.000Z' },
    );
    expect(view).toMatchObject({
      run: 'r',
      state: 'running',
      startedAt: begin,
      lastAt: begin + 5000,
      counts: { running: 1, queued: 3 },
    });
    expect(view.steps.get('one@a')).toMatchObject({
      state: 'running',
      startedAt: begin + 1000,
      untilAt: begin + 61_000,
      fraction: 0.4,
      text: 'at it',
      command: { node: 'a', words: ['snap', 'install'] },
      waiting: { for: 'it', seen: 'not yet', untilAt: begin + 600_000 },
    });
    expect(view.steps.get('one@a')?.log.map(({ stream, text }) => [stream, text])).toEqual([
      ['command', 'snap install'],
      ['stdout', 'Download'],
    ]);
  });

  it('forgets how far a command was once it has ended, and the share of a task whose successor has none', () => {
    const command = { type: 'command', step: 'one@a', node: 'a', command: ['snap', 'install'] } as const;
    const half = { type: 'progress', step: 'one@a', text: 'Download (40.00%)', fraction: 0.4 } as const;
    const ended = { type: 'command-ended', step: 'one@a', node: 'a', code: 0, durationMs: 1 } as const;
    const told = (...events: readonly RunEventBody[]) =>
      viewAfter(started, stepStarted('one@a'), command, half, ...events).steps.get('one@a');
    expect(told()).toMatchObject({ fraction: 0.4, text: 'Download (40.00%)' });
    expect(told({ type: 'progress', step: 'one@a', text: 'Mount' })).toMatchObject({
      fraction: undefined,
      text: 'Mount',
    });
    expect(told(ended)).toMatchObject({ fraction: undefined, text: undefined });
  });

  it('clears what only a running step has when it ends', () => {
    const view = viewAfter(
      started,
      stepStarted('one@a'),
      { type: 'waiting', step: 'one@a', for: 'it', seen: 'not yet', untilAt: '2026-01-01T00:10:00.000Z' },
      stepDone('one@a'),
    );
    expect(view.steps.get('one@a')).toMatchObject({
      state: 'changed',
      seen: 'there',
      durationMs: 900,
      waiting: undefined,
      untilAt: undefined,
    });
    expect(view.counts).toMatchObject({ changed: 1, queued: 3, running: 0 });
  });

  it.each<[string, RunEventBody[], Partial<RunView>]>([
    [
      'a failure that waits for a choice',
      [failed, { type: 'run-paused', why: 'failed: x' }],
      { state: 'choosing', why: 'failed: x' },
    ],
    [
      'a failed step that was undone and still waits',
      [
        failed,
        { type: 'undo-started', step: 'one@b' },
        { type: 'step-undone', step: 'one@b', seen: '' },
        { type: 'run-paused', why: 'failed: x' },
      ],
      { state: 'choosing' },
    ],
    [
      'a pause of a resumed run that had failed',
      [failed, started, { type: 'run-paused', why: '' }],
      { state: 'paused' },
    ],
    [
      'a pause after all failures were chosen for',
      [failed, { type: 'step-requeued', step: 'one@b' }, { type: 'run-paused', why: '' }],
      { state: 'paused' },
    ],
    ['a pause', [{ type: 'run-paused', why: 'by the operator' }], { state: 'paused' }],
    ['going on', [{ type: 'run-paused', why: '' }, { type: 'run-continued' }], { state: 'running', why: undefined }],
    [
      'the end',
      [{ type: 'run-ended', outcome: 'lost', why: 'gone' }],
      { state: 'ended', outcome: 'lost', why: 'gone' },
    ],
    [
      'a resume after the end',
      [{ type: 'run-ended', outcome: 'failed', why: '' }, started],
      { state: 'running', outcome: undefined },
    ],
  ])('state: %s', (_, events, expected) => {
    expect(viewAfter(started, ...events)).toMatchObject(expected);
  });

  it('keeps the words of a failure until the next attempt', () => {
    expect(viewAfter(started, stepStarted('one@b'), failed).steps.get('one@b')?.failure).toEqual({
      tried: 't',
      seen: 's',
      causes: ['c'],
      next: ['n'],
    });
    const retried = viewAfter(started, stepStarted('one@b'), failed, stepStarted('one@b', 2));
    expect(retried.steps.get('one@b')).toMatchObject({ state: 'running', attempt: 2, failure: undefined });
  });

  it('queues again what a dead process left running', () => {
    const view = viewAfter(started, stepStarted('one@a'), stepDone('one@a'), stepStarted('one@b'), started);
    expect([...view.steps.values()].map(({ state }) => state)).toEqual(['changed', 'queued', 'queued', 'queued']);
  });

  it('keeps the last 200 lines of a step', () => {
    const lines = Array.from(
      { length: 300 },
      (_, place): RunEventBody => ({ type: 'line', step: 'all', node: 'a', stream: 'stdout', text: `${place}` }),
    );
    const log = viewAfter(...lines).steps.get('all')?.log ?? [];
    expect([log.length, log[0]?.text, log.at(-1)?.text]).toEqual([200, '100', '299']);
  });

  it('looks at the worst step of a cell first, and passes over steps it does not know', () => {
    const view = viewAfter(started, stepDone('more@b'), failed, stepStarted('who'));
    const [one] = view.groups;
    expect(one && worstState(cellSteps(view, one, 'b'))).toBe('failed');
    expect(worstState([])).toBeUndefined();
    expect(view.counts.total).toBe(4);
  });
});
