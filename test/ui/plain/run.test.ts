import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../source/engine/journal/event.ts';
import { columns } from '../../../source/text/table.ts';
import { plainText, promptText } from '../../../source/ui/plain/output.ts';
import { showRunPlain } from '../../../source/ui/plain/run.ts';
import { planOf, siteOf, wholeDraft } from '../sample.ts';

const plan = planOf(siteOf(wholeDraft));
const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();

describe('a run as lines', () => {
  it('says what is silent every 15 s', async () => {
    let text = '';
    let now = Date.parse(at(0));
    const wakes: (() => void)[] = [];
    let go = (): void => undefined;
    async function* events(): AsyncGenerator<RunEvent> {
      yield { at: at(0), type: 'step-started', step: 'microk8s@ks-1', attempt: 1, deadlineMs: 600_000 };
      yield { at: at(1), type: 'waiting', step: 'microk8s@ks-1', for: 'change 118', seen: 'Doing', untilAt: at(600) };
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      yield {
        at: at(40),
        type: 'step-done',
        step: 'microk8s@ks-1',
        outcome: 'changed',
        seen: 'It is there.',
        durationMs: 40_000,
      };
    }
    const clock = {
      now: () => now,
      elapsed: () => now,
      sleep: (ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          expect(ms).toBe(15_000);
          wakes.push(resolve);
          signal?.addEventListener('abort', () => resolve());
        }),
    };
    const shown = showRunPlain(plan, events(), { write: (part) => (text += part) }, clock, {
      estimate: () => undefined,
    });
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    now += 15_000;
    wakes.at(-1)?.();
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    go();
    await shown;
    expect(text.split('\n')).toEqual([
      '4 of 8 ks-1: Install MicroK8s on ks-1: starts',
      'still ks-1: Install MicroK8s on ks-1, 15 s, waits for change 118, now: Doing, gives up in 9:45',
      '4 of 8 ks-1: Install MicroK8s on ks-1: done, 40 s. It is there.',
      '',
    ]);
  });

  it('says the time left at the start and when it is another, as the screen does', async () => {
    let text = '';
    async function* events(): AsyncGenerator<RunEvent> {
      yield {
        at: at(0),
        type: 'run-started',
        run: 'x-7f3a',
        plan: 'h',
        process: 1,
        owner: 'root',
        host: 'ks-1',
        resumed: false,
      };
      for (const { id } of plan.steps.slice(0, 3)) {
        yield { at: at(1), type: 'step-started', step: id, attempt: 1, deadlineMs: 600_000 };
        yield { at: at(20), type: 'step-done', step: id, outcome: 'changed', seen: 'It is there.', durationMs: 19_000 };
      }
    }
    const clock = { now: () => 0, elapsed: () => 0, sleep: () => new Promise<void>(() => undefined) };
    await showRunPlain(plan, events(), { write: (part) => (text += part) }, clock, {
      estimate: (_, { size }) => (size < 2 ? 9 : 4) * 60_000,
    });
    const lines = text.split('\n');
    expect(lines.flatMap((line, index) => (line.includes(' left') ? [[index, line]] : []))).toEqual([
      [1, 'About 9 min left, by earlier runs.'],
      [6, 'About 4 min left, by earlier runs.'],
    ]);
  });

  it('says it also while what a step waits for changes all the time', async () => {
    let text = '';
    let now = Date.parse(at(0));
    const timers: { due: number; ring: () => void }[] = [];
    const settled = async () => {
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    let go = (): void => undefined;
    async function* events(): AsyncGenerator<RunEvent> {
      yield { at: at(0), type: 'step-started', step: 'microk8s@ks-1', attempt: 1, deadlineMs: 600_000 };
      for (const seen of ['first', 'second', 'third', 'fourth']) {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        yield { at: at(0), type: 'waiting', step: 'microk8s@ks-1', for: 'change 118', seen, untilAt: at(600) };
      }
    }
    const clock = {
      now: () => now,
      elapsed: () => now,
      sleep: (ms: number, signal?: AbortSignal) =>
        new Promise<void>((ring) => {
          timers.push({ due: now + ms, ring });
          signal?.addEventListener('abort', () => ring());
        }),
    };
    const shown = showRunPlain(plan, events(), { write: (part) => (text += part) }, clock, {
      estimate: () => undefined,
    });
    for (let second = 0; second < 40; second += 5) {
      await settled();
      now += 5_000;
      for (const { due, ring } of timers) if (due <= now) ring();
      await settled();
      if (second % 10 === 0) go();
    }
    await shown;
    expect(text.split('\n').map((line) => /^still .* now: \w+/.exec(line)?.[0].replace(/^still.*, /, ''))).toEqual([
      undefined,
      'now: first',
      'now: third',
      undefined,
    ]);
  });
});

describe('plain words', () => {
  it.each([
    ['a\u001b[31mb', 'a [31mb'],
    ['ks-1 → ks-2 · fine…', 'ks-1 to ks-2 - fine...'],
    ['tab\tand\rreturn', 'tab and return'],
  ])('%j', (text, expected) => expect(plainText(text)).toBe(expected));

  it('draws tables as columns', () => {
    expect(columns([['a', 'bb'], ['ccc', '', 'd'], []])).toEqual(['a    bb', 'ccc      d', '']);
  });
});

it('a question is broken between words, and keeps room for the answer behind it', () => {
  const question = 'ks-1: Role manager, User ubuntu. The same for the 2 other nodes? (yes or no) [yes]';
  const lines = promptText(question, { columns: 80 }).split('\n');
  expect(lines).toEqual(['ks-1: Role manager, User ubuntu. The same for the 2 other nodes? (yes or no)', '[yes]: ']);
  expect(promptText(question, {})).toBe(`${question}: `);
});
