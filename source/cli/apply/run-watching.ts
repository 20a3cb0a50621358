import { memoryOf, watcherOf } from '../../app/follow.ts';
import type { RunGlance } from '../../app/glance-run.ts';
import type { Settings } from '../../app/settings.ts';
import type { RunHandle, RunOutcome } from '../../engine/journal/event.ts';
import { readPast } from '../../engine/journal/past.ts';
import { outcomeExitCode } from '../../engine/outcome.ts';
import { readOrigin } from '../../engine/process/origin.ts';
import { summarizeRun } from '../../engine/runs.ts';
import { type ExitCode, exitCode } from '../../errors/fault.ts';
import { keepHeapSmall } from '../../host/small-heap.ts';
import type { Plan } from '../../plan/document/document.ts';
import { defined } from '../../text/defined.ts';
import { writeEvents } from '../../ui/json/run.ts';
import { type StopOrder, stopByInterrupts } from '../../ui/model/stop-by-interrupts.ts';
import { withInterrupts } from '../line/interrupts.ts';
import type { Standing } from '../line/put-on-screen.ts';
import { printLines, type Terminal } from '../line/terminal.ts';
import { watchAsLines } from './run-lines.ts';
import type { RunWatch, Watching } from './run-watch.ts';

/**
 * Shows a run until its end: as a screen, as lines, or as JSON, one event a line. Gives the exit code of its end.
 * `earlier`: how many processes have carried it before (`processesOf`); lines and JSON begin with the one after them. `standing`:
 * where its page is on the screen already. `refuseChanged`: of a plan that was read and not judged yet.
 */
export async function watchRun(
  run: RunHandle,
  plan: Plan,
  settings: Settings,
  terminal: Terminal,
  watching: Watching,
  { earlier = 0, standing, refuseChanged = () => undefined }: WatchOptions = {},
): Promise<ExitCode> {
  const { rehearsal } = await readOrigin(run.directory);
  const enough = new AbortController();
  // Told when the screen is gone.
  const notices: string[] = [];
  const watcher = watcherOf(
    settings.files,
    memoryOf(settings.files, (text) => notices.push(`! ${text}`)),
  );
  const watch: RunWatch = {
    run,
    plan,
    refuseChanged,
    rehearsal: rehearsal?.scenario,
    files: settings.files,
    watching,
    earlier,
    events: watcher.follow(run, enough.signal),
    enough,
    steer: (order) => watcher.steer(run, order),
    estimate: watcher.estimate,
  };
  try {
    return await show(watch, settings, terminal, standing);
  } finally {
    printLines(terminal.errors, notices);
  }
}

interface WatchOptions {
  readonly earlier?: number;
  readonly standing?: Standing | undefined;
  readonly refuseChanged?: () => void;
}

/** As JSON, as lines or as a screen. */
async function show(
  watch: RunWatch,
  settings: Settings,
  terminal: Terminal,
  standing: Standing | undefined,
): Promise<ExitCode> {
  // With --yes no one is there to leave a screen: lines end by themselves, and stay in the scroll-back.
  const asLines = settings.plain || settings.yes || !terminal.capable;
  if (!settings.json && !asLines) return interruptible(watch, terminal, () => drawn(watch, settings, standing));
  // What the plan was made from is not needed for the hours of a run.
  keepHeapSmall();
  watch.refuseChanged();
  const watched = settings.json ? watchAsJson : watchAsLines;
  return codeOf(await interruptible(watch, terminal, () => watched(watch, terminal)));
}

/** On the screen, where the page of a run that has begun before stands before Ink is loaded. */
async function drawn(watch: RunWatch, { ascii, color }: Settings, standing: Standing | undefined): Promise<ExitCode> {
  const { plan, refuseChanged, events, steer, estimate, rehearsal, files, watching, earlier } = watch;
  const reading = watching === 'attached' || earlier > 0;
  const page = { plan, files, ascii, color, ...defined({ rehearsal }) };
  const [{ runPage }, { paintedFirst }] = await Promise.all([
    import('../../ui/ink/first-page/run-page.ts'),
    import('../line/put-on-screen.ts'),
  ]);
  try {
    return await paintedFirst(
      (size) => (reading ? runPage(glanceOf(watch), page, size) : undefined),
      async (painted) => {
        const { runInkAttach } = await import('../../ui/ink/run-screen.tsx');
        return runInkAttach({ ...page, ...painted, refuseChanged, events, steer, estimate, reading });
      },
      standing,
    );
  } finally {
    // The screen is left and the run goes on: nothing must keep this process waiting for its next event.
    watch.enough.abort();
  }
}

const glanceOf = ({ plan, rehearsal }: RunWatch): RunGlance => ({
  site: plan.site.name,
  rehearsal,
  nodes: plan.targets.length,
  groups: new Set(plan.steps.map(({ group }) => group)).size,
});

/** Left before the end: the run goes on, and that is not a failure. */
const codeOf = (outcome: RunOutcome | undefined): ExitCode =>
  outcome === undefined ? exitCode.done : outcomeExitCode(outcome);

function watchAsJson({ events, earlier }: RunWatch, terminal: Terminal): Promise<RunOutcome | undefined> {
  return writeEvents(events, (line) => terminal.output.write(line), earlier);
}

/** How many processes have carried a run so far. */
export async function processesOf(run: RunHandle): Promise<number> {
  return (await readPast(run.directory)).processes;
}

/**
 * Ctrl-C: who has begun the run stops it, after the running steps, then now; who attached only leaves.
 * Throws the `Fault` of an order that did not reach the run, where that goes on: its end is not known then.
 */
async function interruptible<Result>(
  watch: RunWatch,
  terminal: Terminal,
  work: () => Promise<Result>,
): Promise<Result> {
  let unheard: unknown;
  const steer = (order: StopOrder): void => {
    watch.steer({ order }).catch(async (error: unknown) => {
      // A run that has ended meanwhile shows its end by itself.
      if ((await summarizeRun(watch.run)).state !== 'running') return;
      unheard = error;
      watch.enough.abort();
    });
  };
  const say = (line: string): void => printLines(terminal.errors, [line]);
  const interrupt = watch.watching === 'attached' ? () => watch.enough.abort() : stopByInterrupts(say, steer);
  const result = await withInterrupts(interrupt, work);
  if (result === undefined && unheard !== undefined) throw unheard;
  return result;
}
