import { describe, expect, it } from 'vitest';
import type { RunEvent, RunEventBody } from '../../source/engine/journal/event.ts';
import { applyEvent, emptyView } from '../../source/engine/view/view.ts';
import { durationClock } from '../../source/text/duration.ts';
import { writeEvents } from '../../source/ui/json/run.ts';
import { endingOf } from '../../source/ui/model/ending.ts';
import { showRunPlain } from '../../source/ui/plain/run.ts';
import { plan, reviewed, told } from './ink/states.tsx';

/** One run: a step that changes, one that was right, one that waits, fails, is retried and done; then the end. */
const run: readonly RunEventBody[] = [
  { type: 'run-started', run: '7f3a', plan: 'x', process: 1, owner: 'me', host: 'h', resumed: false },
  { type: 'step-started', step: 'hostname@ks-1', attempt: 1, deadlineMs: 60_000 },
  { type: 'step-done', step: 'hostname@ks-1', outcome: 'changed', seen: 'ks-1 it is', durationMs: 48_000 },
  { type: 'step-done', step: 'hostname@ks-2', outcome: 'already', seen: 'ks-2 it is', durationMs: 0 },
  { type: 'step-started', step: 'chart', attempt: 1, deadlineMs: 600_000 },
  { type: 'waiting', step: 'chart', for: 'the pods', seen: '3 of 9', untilAt: '2026-01-01T00:10:00.000Z' },
  {
    type: 'step-failed',
    step: 'chart',
    tried: 'helm upgrade',
    seen: 'timed out',
    causes: ['an image cannot be pulled'],
    next: ['kubectl get pods'],
    durationMs: 9000,
  },
  { type: 'run-paused', why: 'A step failed.' },
  { type: 'run-continued' },
  { type: 'step-started', step: 'chart', attempt: 2, deadlineMs: 600_000 },
  { type: 'step-done', step: 'chart', outcome: 'changed', seen: '9 of 9 ready', durationMs: 12_000 },
  { type: 'run-ended', outcome: 'stopped', why: 'by the operator' },
];
const dated = run.map(
  (event, second): RunEvent => ({ at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(), ...event }),
);
const views = dated.map((_, index) => dated.slice(0, index + 1).reduce(applyEvent, emptyView(plan)));

async function* events(): AsyncGenerator<RunEvent> {
  yield* dated;
}

async function plain(): Promise<string> {
  let text = '';
  const clock = { now: () => 0, elapsed: () => 0, sleep: () => new Promise<void>(() => undefined) };
  await showRunPlain(plan, events(), { write: (part) => (text += part) }, clock, { estimate: () => undefined });
  return text.replaceAll(/\n {4,}/g, ' ');
}

/** The screen after each event, wide enough for every line. */
function screens(): readonly string[] {
  const size = { columns: 160, rows: 50 };
  return run.map((_, index) =>
    told(reviewed(size).keys('berlin<enter>').tell({ type: 'begun', now: 0 }), ...run.slice(0, index + 1)).shown(),
  );
}

async function json(): Promise<readonly string[]> {
  const lines: string[] = [];
  await writeEvents(events(), (line) => lines.push(line));
  return lines;
}

describe('a run in plain lines, on the screen and as JSON', () => {
  it('tells of every event, each in one line of JSON', async () => {
    expect((await json()).map((line) => JSON.parse(line))).toEqual(dated);
  });

  it.each([
    [
      'why a step failed',
      ['tried: helm upgrade', 'seen: timed out', 'likely: an image cannot be pulled', 'next: kubectl get pods'],
    ],
    ['how long a step took', [durationClock(48_000), durationClock(12_000)]],
    ['what is there now', ['9 of 9 ready']],
    ['why the run ended', ['by the operator']],
  ])('%s, in the same words on all three', async (_, words) => {
    const [text, pictures, lines] = [await plain(), screens(), (await json()).join('')];
    for (const word of words) {
      expect(text).toContain(word);
      expect(pictures.some((picture) => picture.includes(word))).toBe(true);
      const value = word.replace(/^(tried|seen|likely|next): /, '');
      if (!/^\d+ s$/.test(word)) expect(lines).toContain(value);
    }
  });

  it('counts the same steps as done', async () => {
    const end = views.at(-1);
    const done = (end?.counts.changed ?? 0) + (end?.counts.already ?? 0);
    expect(screens().at(-1)).toContain(`${done} of ${plan.steps.length}`);
    expect((await plain()).match(/: (done|was already right), /g)).toHaveLength(done);
    expect((await json()).filter((line) => line.includes('"step-done"'))).toHaveLength(done);
  });

  it('says in the same words who stopped it', async () => {
    expect(await plain()).toContain('The run was stopped by the operator.');
    expect(screens().at(-1)).toContain('The run was stopped by the operator');
  });

  it('ends with the same sentence', () => {
    const end = views.at(-1);
    const text = end ? endingOf(end).text : '';
    const size = { columns: 160, rows: 50 };
    const walk = told(reviewed(size).keys('berlin<enter>').tell({ type: 'begun', now: 0 }), ...run).keys('q');
    expect(text).not.toBe('');
    expect(walk.shown()).toContain(text);
  });
});
