import { describe, expect, it } from 'vitest';
import type { RunEventBody } from '../../../source/engine/journal/event.ts';
import { exitCodeOf } from '../../../source/engine/outcome.ts';
import { filesUnder } from '../../../source/site/files.ts';
import type { StatusReport } from '../../../source/status/report.ts';
import { messageOfRun, placeOfRun } from '../../../source/ui/ink/screens/run/frame.ts';
import { runKeys } from '../../../source/ui/ink/screens/run/keys.ts';
import { runUpdate } from '../../../source/ui/ink/screens/run/update.ts';
import {
  type RunEffect,
  type RunScreen,
  type RunScreenEvent,
  runScreen,
} from '../../../source/ui/ink/store/run-state.ts';
import { topOf, unwatched, type WatchState, watch, watchPage } from '../../../source/ui/ink/watch.ts';
import { press } from '../../../source/ui/ink/widgets/keys.ts';
import { placeOf } from '../../../source/ui/ink/widgets/pager/state.ts';
import { themeOf } from '../../../source/ui/ink/widgets/theme.ts';
import { emptyReport } from '../../status/empty-report.ts';
import { planOf, siteOf, wholeDraft } from '../sample.ts';
import { keysIn } from './walk.tsx';

const plan = planOf(siteOf(wholeDraft));
const begun: readonly RunEventBody[] = [
  { type: 'run-started', run: '7f3a', plan: 'x', process: 1, owner: 'me', host: 'h', resumed: false },
  { type: 'step-started', step: 'chart', attempt: 1, deadlineMs: 1000 },
];
const failed: readonly RunEventBody[] = [
  ...begun,
  { type: 'command', step: 'chart', node: 'ks-1', command: ['helm'] },
  { type: 'step-failed', step: 'chart', tried: 'helm', seen: 'no', causes: [], next: [], durationMs: 1 },
  { type: 'run-paused', why: 'A step failed.' },
];
const undone: readonly RunEventBody[] = [
  ...failed,
  { type: 'undo-started', step: 'chart' },
  { type: 'step-undone', step: 'chart', seen: '' },
];
interface Stood {
  readonly state: RunScreen;
  readonly effects: readonly RunEffect[];
}

const size = { columns: 80, rows: 24 };
const fresh: Stood = {
  state: runScreen(plan, { size, now: 0, withSummary: false, place: { files: filesUnder('/'), rehearsal: false } }),
  effects: [],
};
const told = ({ state, effects }: Stood, event: RunScreenEvent): Stood => {
  const after = runUpdate(state, event);
  return { state: after.state, effects: [...effects, ...after.effects] };
};
const stood = (events: readonly RunEventBody[], keys = '', from = fresh): Stood =>
  keysIn(keys).reduce(
    (now, key) => told(now, { type: 'key', key, now: 0 }),
    events.reduce(
      (now, event) =>
        told(now, { type: 'event', event: { at: '2026-01-01T00:00:00.000Z', ...event }, left: undefined, now: 0 }),
      from,
    ),
  );
const ordersOf = ({ effects }: Stood) => effects.flatMap((effect) => (effect.do === 'steer' ? [effect.order] : []));

describe('keys on the run screen', () => {
  const retry = { order: 'retry', step: 'chart' };
  it.each<[string, readonly RunEventBody[], string, readonly object[]]>([
    ['r retries the step that failed', failed, 'r', [retry]],
    ['s skips it where it may be', failed, 's', [{ order: 'skip', step: 'chart' }]],
    ['what was undone is still retried', undone, 'r', [retry]],
    ['what was undone is not undone again', undone, 'u', []],
    ['u undoes it', failed, 'u', [{ order: 'undo', step: 'chart' }]],
    ['nothing is retried while all goes well', begun, 'rsu', []],
    ['p pauses', begun, 'p', [{ order: 'pause' }]],
    ['Ctrl-C stops, twice now', begun, '<^c><^c>', [{ order: 'stop' }, { order: 'stop-now' }]],
    ['two keys in one read both count', failed, 'rp', [retry]],
  ])('%s', (_, events, keys, orders) => expect(ordersOf(stood(events, keys))).toEqual(orders));

  it('a step that may not be skipped is not', () => {
    const addons = failed.map((event) => ('step' in event ? { ...event, step: 'addons' } : event));
    expect(ordersOf(stood(addons, 's'))).toEqual([]);
    expect(runKeys(stood(addons).state).map((binding) => binding.label)).not.toContain('skip');
  });

  it('says why the run does not take an order', () => {
    const { state } = told(stood(failed, 's'), { type: 'refused', why: 'chart cannot be skipped', now: 0 });
    expect(messageOfRun(state)).toEqual({ grade: 'warn', text: 'chart cannot be skipped' });
  });

  it('q leaves it running; the shell hears of a failure that waits', () => {
    expect(stood(begun, 'q').effects).toEqual([{ do: 'leave' }]);
    expect(exitCodeOf(stood(begun, 'q').state.run.view)).toBe(0);
    expect(exitCodeOf(stood(failed, 'q').state.run.view)).toBe(4);
    const stopped = stood([...begun, { type: 'run-ended', outcome: 'stopped', why: 'by the operator' }]);
    expect(exitCodeOf(stopped.state.run.view)).toBe(130);
  });

  it('the log grows while it is read, and stays at its end', () => {
    const line = (text: string): RunEventBody => ({
      type: 'line',
      step: 'chart',
      node: 'ks-1',
      stream: 'stdout',
      text,
    });
    const many = Array.from({ length: 40 }, (_, index) => line(`line ${index}`));
    const open = stood([...begun, ...many], 'l');
    const grown = stood([line('the last')], '', open);
    const pager = grown.state.pager?.pager;
    expect(pager?.lines.at(-1)?.text).toContain('the last');
    expect(pager && pager.top + 18).toBe(pager?.lines.length);
    expect(stood([], '<escape>', grown).state.pager).toBeUndefined();
    expect(pager && placeOf(pager, 20)).toBe('24-41 of 41');
  });

  it('a log without a line is not counted as one', () => {
    const empty = stood(begun, 'l').state.pager?.pager;
    expect(empty && [empty.lines.map(({ text }) => text), placeOf(empty, 20)]).toEqual([['No output yet.'], '']);
  });

  it('asks for the time left when a step changes, and once a second of the run while steps print', () => {
    const asked: string[] = [];
    const at = (event: RunEventBody, time: string) => {
      const left = () => asked.push(time) * 1000;
      return { type: 'event', event: { at: `2026-01-01T00:00:${time}Z`, ...event }, left, now: 0 } as const;
    };
    const line: RunEventBody = { type: 'line', step: 'chart', node: 'ks-1', stream: 'stdout', text: 'a line' };
    const [start, step] = begun;
    const events = [
      ...(start && step ? [at(start, '00.000'), at(step, '00.100')] : []),
      ...['00.200', '00.300', '01.099', '01.100', '01.200', '02.100'].map((time) => at(line, time)),
    ];
    const { state } = events.reduce(told, fresh);
    expect(asked).toEqual(['00.000', '00.100', '01.100', '02.100']);
    expect(state.run.endsAt).toBe(Date.parse('2026-01-01T00:00:06.100Z'));
  });

  it('the eye follows the work until someone moves it, and comes back for a failure', () => {
    const moved = stood(begun, '<up><up>');
    expect(moved.state.run.row).toBe(1);
    expect(stood([{ type: 'step-started', step: 'addons', attempt: 1, deadlineMs: 1 }], '', moved).state.run.row).toBe(
      1,
    );
    expect(stood(failed.slice(2), '', moved).state.run.row).toBe(3);
  });
});

describe('the live status', () => {
  const empty = unwatched;
  const theme = themeOf({ ascii: false, color: false });
  it.each([press('character', 'q'), press('escape'), press('control', 'c')])('is left by %j', (key) => {
    expect(watch(empty, { type: 'key', key, size }).left).toBe(true);
  });
  it('says what went wrong and keeps what it had', () => {
    expect(watch(empty, { type: 'failed', why: 'no one answers' })).toMatchObject({
      problem: 'no one answers',
      report: undefined,
    });
  });
  describe('with more lines than the screen has', () => {
    const reasons = Array.from({ length: 40 }, (_, index) => `reason ${index}`);
    const report: StatusReport = { ...emptyReport, reasons };
    const long: WatchState = { ...empty, report };
    const keyed = (keys: string) => keysIn(keys).reduce((state, key) => watch(state, { type: 'key', key, size }), long);
    const parts = (state: WatchState) => watchPage({ site: 'berlin' }, state, size, theme).parts;
    const lines = watchPage({ site: 'berlin' }, long, { columns: 80, rows: 200 }, theme).body.length;

    it('says how many there are below and above', () => {
      const left = lines - 20;
      expect(parts(long).message?.text).toBe(`${left} more lines below`);
      expect(parts(keyed('<down>')).message?.text).toBe(`${left - 1} more lines below, 1 above`);
      expect(parts(keyed('<end>')).message?.text).toBe(`${left} more lines above`);
      expect(parts({ ...long, problem: 'no one answers' }).message?.text).toBe('no one answers');
      expect(watchPage({ site: 'berlin' }, long, { columns: 80, rows: 200 }, theme).parts.message).toBeUndefined();
    });

    it('shows only keys that move', () => {
      const shown = (state: WatchState) => parts(state).keys.map(({ label }) => label);
      expect(shown(long)).toEqual(['scroll', 'page down', 'end', 'leave', 'help']);
      expect(shown(keyed('<end>'))).toEqual(['scroll', 'page up', 'beginning', 'leave', 'help']);
    });
  });

  it('? says what the verdicts mean and which keys there are, over the report', () => {
    const keyed = (keys: string) =>
      keysIn(keys).reduce((state, key) => watch(state, { type: 'key', key, size }), empty);
    const { help } = keyed('?');
    const text = help?.lines.map((one) => one.text).join('\n');
    expect(text).toMatch(/DEGRADED: it works[\s\S]*Keys here[\s\S]*leave[\s\S]*\? +help/);
    expect(keyed('?<escape>')).toEqual(empty);
    expect(keyed('?q')).toEqual(empty);
    // Nothing is typed there: the help is short enough for the screen.
    expect(text).not.toContain('While typing');
    expect(keyed('?<down>').help?.top).toBe(0);
    expect(keyed('?/q').help?.filter).toBe('q');
    expect(keyed('?<^c>').left).toBe(true);
  });

  it('shows the verdict again on a taller screen', () => {
    expect(topOf({ ...empty, top: 7 }, { columns: 80, rows: 44 })).toBe(0);
  });
  it.each([80, 40])(
    'nothing of a report is cut on %i columns, and the command of its next step stays whole',
    (columns) => {
      const report: StatusReport = {
        ...emptyReport,
        at: '2026-01-01T00:00:00.000Z',
        verdict: 'degraded',
        reasons: [
          'ks-3 has not answered for 2 min 10 s; losing one more manager stops the API, and nothing is written any more.',
        ],
        next: 'bring ks-3 back, or  kloudspot node replace ks-3',
        through: 'ks-1',
      };
      const screen = { columns, rows: 44 };
      const { body } = watchPage({ site: 'berlin' }, { ...empty, report }, screen, theme);
      const lines = body.map((spans) => spans.map(({ text }) => text).join(''));
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
      expect(lines.join(' ').replaceAll(/ +/g, ' ')).toContain('nothing is written any more.');
      expect(lines.some((text) => text.includes('kloudspot node replace ks-3'))).toBe(true);
    },
  );
});

it('before the journal of a run that began earlier is read, nothing is claimed of it', () => {
  const state = runScreen(plan, {
    size,
    now: 0,
    withSummary: false,
    reading: true,
    place: { files: filesUnder('/'), rehearsal: false },
  });
  expect(placeOfRun(state)).toBe('');
  expect(placeOfRun(fresh.state)).toBe('starting');
  expect(placeOfRun(stood(begun, '', { state, effects: [] }).state)).toMatch(/^0 of 8/);
});
