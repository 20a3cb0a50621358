import { expect, it } from 'vitest';
import type { RunEventBody } from '../../source/engine/journal/event.ts';
import { applyEvent, emptyView } from '../../source/engine/view/view.ts';
import { waitTexts } from '../../source/ui/model/step-text.ts';
import { toyPlan } from '../engine/toys.ts';

const begin = Date.UTC(2026, 0, 1);

/** What is said of the step after events at these seconds, `now` seconds after the beginning. */
function saidAfter(now: number, ...events: readonly (readonly [second: number, event: RunEventBody])[]) {
  const started: RunEventBody = { type: 'step-started', step: 'one', attempt: 1, deadlineMs: 600_000 };
  const view = [[0, started] as const, ...events].reduce(
    (before, [second, event]) => applyEvent(before, { at: new Date(begin + second * 1000).toISOString(), ...event }),
    emptyView(toyPlan([{ id: 'one' }])),
  );
  const step = view.steps.get('one');
  return step === undefined ? [] : waitTexts(step, begin + now * 1000);
}

const download = (fraction: number): RunEventBody => ({
  type: 'progress',
  step: 'one',
  text: `Download (${fraction * 100}%)`,
  fraction,
});

it('a download says how long it still takes, from the time that its shares took so far', () => {
  expect(saidAfter(10, [10, download(0.1)])).toEqual(['Download (10%)', 'gives up in 9:50']);
  // 40 % in 80 s: the half that is left takes 100 s, of which 20 are over.
  expect(saidAfter(110, [10, download(0.1)], [90, download(0.5)])[1]).toBe('about 80 s left');
  expect(saidAfter(400, [10, download(0.1)], [90, download(0.5)])).not.toContain(expect.stringContaining('left'));
});

it('another task that begins at its own share is timed by itself', () => {
  const other: RunEventBody = { type: 'progress', step: 'one', text: 'Mount', fraction: 0.1 };
  expect(saidAfter(91, [10, download(0.1)], [90, download(0.5)], [91, other])).toEqual(['Mount', 'gives up in 8:29']);
});
