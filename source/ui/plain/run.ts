import type { Watcher } from '../../app/follow.ts';
import type { RunEvent } from '../../engine/journal/event.ts';
import { applyEvent, emptyView, type RunView, type StepView } from '../../engine/view/view.ts';
import type { Clock } from '../../host/host.ts';
import type { Plan } from '../../plan/document/document.ts';
import { durationClock } from '../../text/duration.ts';
import { counted } from '../../text/plural.ts';
import { endText } from '../model/ending.ts';
import { failureLines, outcomeWord, waitTexts } from '../model/step-text.ts';
import { timeLeftOf, timeLeftWords } from '../model/time-left.ts';
import { type PlainOutput, say } from './output.ts';

/** A line is printed at least this often, also while what a step waits for changes. ms. */
const quietMs = 15_000;

export interface PlainRunOptions {
  readonly estimate: Watcher['estimate'];
  /** What the first so many processes of the run did is not printed again. */
  readonly earlier?: number;
  /** Called when the run waits for an order; it gives one, or ends the following by giving back `leave`. */
  readonly choose?: (view: RunView) => Promise<'go on' | 'leave'>;
}

/**
 * Follows a run as lines: one whenever a step begins or ends, one every 15 s of silence, and the time left when its words change.
 * Gives the state of the run when the events ended or the operator left.
 */
export async function showRunPlain(
  plan: Plan,
  events: AsyncIterable<RunEvent>,
  output: PlainOutput,
  clock: Clock,
  options: PlainRunOptions,
): Promise<RunView> {
  let view = emptyView(plan);
  let begun = 0;
  let spoken = clock.elapsed();
  const news = timeLeftNews(options.estimate);
  const tell = (lines: readonly string[]) => {
    say(output, ...lines);
    spoken = clock.elapsed();
  };
  const iterator = events[Symbol.asyncIterator]();
  let next = iterator.next();
  using silence = new Silence(clock);
  for (;;) {
    const got = await Promise.race([next, silence.since(spoken)]);
    if (got === 'quiet') {
      if (clock.elapsed() - spoken >= quietMs) tell(quietLines(view, clock.now()));
      continue;
    }
    if (got.done) return view;
    view = applyEvent(view, got.value);
    if (got.value.type === 'run-started') begun += 1;
    const lines = begun > (options.earlier ?? -1) ? [...eventLines(view, got.value), ...news(view, got.value)] : [];
    if (lines.length > 0) tell(lines);
    if (view.state === 'choosing' && got.value.type === 'run-paused' && (await options.choose?.(view)) === 'leave') {
      await iterator.return?.();
      return view;
    }
    next = iterator.next();
  }
}

/** A line with the time left, at the start and after steps, whenever it is another than the one before. */
function timeLeftNews(estimate: Watcher['estimate']): (view: RunView, event: RunEvent) => readonly string[] {
  let before: string | undefined;
  return (view, { type }) => {
    if (type !== 'run-started' && type !== 'step-done') return [];
    const words = timeLeftWords(view.state, timeLeftOf(view, estimate));
    if (words === undefined || words === before) return [];
    before = words;
    return [`${words.charAt(0).toUpperCase()}${words.slice(1)}, by earlier runs.`];
  };
}

/** Waits for silence by one timer, however many events come meanwhile: a run of many nodes has a thousand a second. */
class Silence {
  readonly #clock: Clock;
  readonly #end = new AbortController();
  #rest: Promise<'quiet'> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Settles when it may have lasted long enough, or when the wait of an earlier call ends: the caller looks. */
  since(spoken: number): Promise<'quiet'> {
    const ms = Math.max(0, spoken + quietMs - this.#clock.elapsed());
    const over = () => {
      this.#rest = undefined;
      return 'quiet' as const;
    };
    this.#rest ??= this.#clock.sleep(ms, this.#end.signal).then(over, over);
    return this.#rest;
  }

  [Symbol.dispose](): void {
    this.#end.abort();
  }
}

function quietLines(view: RunView, now: number): readonly string[] {
  const running = [...view.steps.values()].filter((step) => step.state === 'running' || step.state === 'undoing');
  return running.map((step) => {
    const spent = step.startedAt === undefined ? '' : `, ${durationClock(now - step.startedAt)}`;
    return [`still ${where(step)}${step.step.title}${spent}`, ...waitTexts(step, now)].join(', ');
  });
}

const where = (step: StepView): string => (step.step.node === undefined ? '' : `${step.step.node}: `);

function eventLines(view: RunView, event: RunEvent): readonly string[] {
  const step = 'step' in event ? view.steps.get(event.step) : undefined;
  const head = step ? `${place(view, step)} ${where(step)}${step.step.title}` : '';
  switch (event.type) {
    case 'run-started':
      return [
        `Run ${event.run} ${event.resumed ? 'continues' : 'starts'}: ${counted(view.counts.total, 'step')}.`,
        ...(event.accepted === undefined ? [] : [`Failed, but accepted: ${event.accepted.join(', ')}.`]),
      ];
    case 'step-started':
      return [`${head}: starts${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`];
    case 'step-done':
      return [`${head}: ${outcomeWord(event.outcome)}, ${durationClock(event.durationMs)}. ${event.seen}`];
    case 'step-failed':
      return [
        `${head}: FAILED after ${durationClock(event.durationMs)}`,
        ...failureLines(event).map((line) => `  ${line}`),
      ];
    case 'undo-started':
      return [`${head}: is being undone`];
    case 'step-undone':
      return [`${head}: undone. ${event.seen}`];
    case 'undo-failed':
      return [`${head}: could not be undone. ${event.seen}`];
    case 'run-paused':
      return [`The run waits: ${event.why}`];
    case 'run-continued':
      return ['The run continues.'];
    case 'run-ended':
      return [endText(event.outcome, event.why)];
    default:
      return [];
  }
}

/** `3 of 41`, by the steps' order in the plan. */
function place(view: RunView, step: StepView): string {
  return `${view.plan.steps.findIndex((one) => one.id === step.step.id) + 1} of ${view.counts.total}`;
}
