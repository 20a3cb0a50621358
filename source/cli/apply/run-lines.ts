import { createInterface } from 'node:readline';
import type { RunEvent, RunOrder, RunOutcome } from '../../engine/journal/event.ts';
import { applyEvent, canUndo, emptyView, failedSteps, type RunView } from '../../engine/view/view.ts';
import { messageOf } from '../../errors/thrown.ts';
import { systemClock } from '../../host/clock.ts';
import { kloudspot } from '../../text/command.ts';
import { endingOf, nextLines } from '../../ui/model/ending.ts';
import { say } from '../../ui/plain/output.ts';
import { showRunPlain } from '../../ui/plain/run.ts';
import type { Terminal } from '../line/terminal.ts';
import type { RunWatch } from './run-watch.ts';

/** A run as plain lines, without a single control code. Asks what to do after a failure where someone can answer. */
export async function watchAsLines(watch: RunWatch, terminal: Terminal): Promise<RunOutcome | undefined> {
  const { plan, events, earlier, estimate } = watch;
  const asking = terminal.interactive ? askAfterFailure(watch, terminal) : undefined;
  const heard = asking === undefined ? events : listening(events, asking.hear);
  try {
    const view = await showRunPlain(plan, heard, terminal.output, systemClock, { earlier, estimate });
    const place = { files: watch.files, rehearsal: watch.rehearsal !== undefined };
    const next = nextLines(view, place).map((line) => `  ${line}`);
    say(terminal.output, '', endingOf(view).text, ...next);
    return view.outcome;
  } finally {
    asking?.close();
  }
}

/** Tells of each event once it was shown. */
async function* listening(
  events: AsyncIterable<RunEvent>,
  hear: (event: RunEvent) => void,
): AsyncGenerator<RunEvent, void, void> {
  for await (const event of events) {
    yield event;
    hear(event);
  }
}

interface Asking {
  hear(event: RunEvent): void;
  close(): void;
}

/**
 * Reads the operator's choice, one word a line. The run is followed meanwhile: another terminal may choose first.
 */
function askAfterFailure(watch: RunWatch, terminal: Terminal): Asking {
  let view = emptyView(watch.plan);
  const lines = createInterface({ input: terminal.input, terminal: false });
  lines.on('line', (line) => {
    const order = orderFor(line.trim().toLowerCase(), view);
    if (order === undefined) return say(terminal.output, ...choices(view));
    watch.steer(order).catch((error: unknown) => say(terminal.output, messageOf(error)));
  });
  return {
    hear: (event) => {
      view = applyEvent(view, event);
      if (event.type === 'run-paused') say(terminal.output, ...choices(view));
    },
    close: () => lines.close(),
  };
}

/** The words that can be typed now, one a line. None unless a step has failed and the run waits. */
export function choices(view: RunView): readonly string[] {
  const [failed] = failedSteps(view);
  if (failed === undefined) return [];
  const { step } = failed;
  return [
    `${step.node ?? 'cluster'}: ${step.title}. Type one of these and press Enter:`,
    '  retry',
    ...(step.skippable ? ['  skip'] : []),
    ...(canUndo(failed) ? ['  undo   rolls this step back'] : []),
    `  stop   leaves; ${kloudspot('resume')}  continues later`,
  ];
}

/** What a word means just now; `r` and `retry` mean the same. */
export function orderFor(word: string, view: RunView): RunOrder | undefined {
  const order = (['retry', 'skip', 'undo', 'stop'] as const).find((name) => word !== '' && name.startsWith(word));
  if (order === 'stop') return { order };
  const [step] = failedSteps(view);
  return order === undefined || step === undefined ? undefined : { order, step: step.step.id };
}
