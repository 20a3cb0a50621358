import { createInterface } from 'node:readline';
import type { RunEvent, RunOrder, RunOutcome } from '../run/event.ts';
import { applyEvent, emptyView, type RunView, type StepView } from '../run/view.ts';
import { spokenDuration } from '../run/words.ts';
import { endingOf, nextLines } from '../ui/ending.ts';
import type { RunWatch } from './run-watch.ts';
import type { Terminal } from './terminal.ts';

/** ms after which a step that says nothing is told of again. */
const silence = 15_000;

/** A run as plain lines: one whenever a step begins or ends, or is silent for long. Without a single control code. Asks what to do after a failure where somebody can answer. */
export async function watchAsLines(watch: RunWatch, terminal: Terminal): Promise<RunOutcome | undefined> {
  let view = emptyView(watch.plan);
  let spoken = Date.now();
  const say = (lines: readonly string[]) => {
    if (lines.length > 0) spoken = Date.now();
    for (const line of lines) terminal.output.write(`${line}\n`);
  };
  const reminder = setInterval(() => {
    if (Date.now() - spoken >= silence) say(stillRunning(view));
  }, 1000);
  const stopAsking = askAfterFailure(watch, terminal, () => view, say);
  try {
    let begun = 0;
    for await (const event of watch.events) {
      view = applyEvent(view, event);
      if (event.type === 'run-started') begun++;
      if (begun > watch.earlier) say(eventLines(view, event));
    }
  } finally {
    clearInterval(reminder);
    stopAsking();
  }
  say(['', endingOf(view).text, ...nextLines(view, watch.rehearsal !== undefined).map((line) => `  ${line}`)]);
  return view.outcome;
}

/** What one event has to say, after it was applied to the view. */
export function eventLines(view: RunView, event: RunEvent): readonly string[] {
  switch (event.type) {
    case 'run-started':
      return [`${time(event.at)} run ${event.run} ${event.resumed ? 'goes on' : 'begins'}: ${view.counts.total} steps`];
    case 'run-paused':
      return [`${time(event.at)} paused: ${event.why}`, ...(view.state === 'choosing' ? choices(view) : [])];
    case 'run-continued':
      return [`${time(event.at)} goes on`];
    case 'run-ended':
      return [`${time(event.at)} ended: ${event.outcome}, ${event.why}`];
    default: {
      const step = view.steps.get(event.step);
      return step === undefined ? [] : stepLines(step, event);
    }
  }
}

function stepLines(step: StepView, event: Extract<RunEvent, { readonly step: string }>): readonly string[] {
  const head = `${time(event.at)} ${nameOf(step)}`;
  switch (event.type) {
    case 'step-started':
      return [`${head}: begins${event.attempt > 1 ? ` (attempt ${event.attempt})` : ''}`];
    case 'step-done':
      return [`${head}: ${doneWords[event.outcome]}, ${spokenDuration(event.durationMs)} (${event.seen})`];
    case 'step-failed':
      return [
        `${head}: FAILED after ${spokenDuration(event.durationMs)}`,
        `  tried: ${event.tried}`,
        `  seen: ${event.seen}`,
        ...event.causes.map((cause) => `  perhaps: ${cause}`),
        ...event.next.map((next) => `  next: ${next}`),
      ];
    case 'waiting':
      return [`${head}: waits for ${event.for} (${event.seen}), gives up at ${time(event.untilAt)}`];
    case 'undo-started':
      return [`${head}: is taken back`];
    case 'step-undone':
      return [`${head}: taken back`];
    case 'undo-failed':
      return [`${head}: could not be taken back: ${event.seen}`];
    default:
      return [];
  }
}

const doneWords = { changed: 'done', already: 'right already', skipped: 'skipped' } as const;

const nameOf = ({ step }: StepView): string => `${step.node ?? 'cluster'}: ${step.title}`;

/** Of the machine's own time zone, to the second. */
const time = (at: string): string => new Date(at).toTimeString().slice(0, 8);

function stillRunning(view: RunView): readonly string[] {
  const running = [...view.steps.values()].filter(({ state }) => state === 'running' || state === 'undoing');
  return running.map((step) => {
    const last = step.waiting === undefined ? (step.text ?? step.log.at(-1)?.text) : `waits for ${step.waiting.for}`;
    return `         ${nameOf(step)}: still at it${last === undefined ? '' : ` (${last})`}`;
  });
}

const failedSteps = (view: RunView): readonly StepView[] =>
  [...view.steps.values()].filter(({ state }) => state === 'failed' || state === 'undone' || state === 'undo-failed');

function choices(view: RunView): readonly string[] {
  const [step] = failedSteps(view);
  if (step === undefined) return [];
  const { skippable, undoable } = step.step;
  return [
    `${nameOf(step)}. Type and press Enter:`,
    '  retry',
    ...(skippable ? ['  skip'] : []),
    ...(undoable ? ['  undo   takes this step back'] : []),
    '  stop   leaves; kloudspot resume goes on later',
  ];
}

/** Reads the choice of who sits there, one word a line. Gives what ends the asking. */
function askAfterFailure(
  watch: RunWatch,
  terminal: Terminal,
  view: () => RunView,
  say: (lines: readonly string[]) => void,
): () => void {
  if (!terminal.interactive) return () => undefined;
  const lines = createInterface({ input: terminal.input, terminal: false });
  lines.on('line', (line) => {
    const order = orderFor(line.trim().toLowerCase(), view());
    if (order === undefined) return say(view().state === 'choosing' ? choices(view()) : []);
    watch.steer(order).catch((error: unknown) => say([error instanceof Error ? error.message : String(error)]));
  });
  return () => lines.close();
}

/** `r` and `retry` mean the same. */
export function orderFor(word: string, view: RunView): RunOrder | undefined {
  const [step] = failedSteps(view);
  const order = (['retry', 'skip', 'undo', 'stop'] as const).find((name) => word !== '' && name.startsWith(word));
  if (order === 'stop') return { order };
  return order === undefined || step === undefined || view.state !== 'choosing'
    ? undefined
    : { order, step: step.step.id };
}
