import { exitCodeOf } from '../../../../engine/outcome.ts';
import type { ExitCode } from '../../../../errors/fault.ts';
import { kloudspot } from '../../../../text/command.ts';
import { durationClock } from '../../../../text/duration.ts';
import { endText, stopsAfterSteps } from '../../../model/ending.ts';
import { timeLeftWords } from '../../../model/time-left.ts';
import { isUnread, type RunScreen, type RunState } from '../../store/run-state.ts';
import { hintsOf } from '../../widgets/bindings.ts';
import type { FrameParts } from '../../widgets/frame-lines.ts';
import type { Theme } from '../../widgets/theme.ts';
import { runKeys } from './keys.ts';
import { runTitle } from './unread.ts';

/** What is around the run screen where it is alone. */
export function attachedFrame(screen: RunScreen, rehearsal: string | undefined, theme: Theme): FrameParts {
  return {
    size: screen.size,
    head: titleOfRun(screen),
    rehearsal,
    where: placeOfRun(screen),
    progress: [],
    message: messageOfRun(screen),
    keys: hintsOf(runKeys(screen), theme.glyphs),
  };
}

/** The title of the run screen. */
export const titleOfRun = ({ run }: RunScreen): string => runTitle(run.view.run, run.view.plan.site.name);

/** `14 of 41 · 3:12 · about 9 min left`. */
export function placeOfRun(screen: RunScreen): string {
  const { run, now } = screen;
  const { counts, startedAt, lastAt, state } = run.view;
  if (isUnread(screen)) return '';
  if (state === 'starting') return 'starting';
  const done = counts.changed + counts.already + counts.skipped;
  const until = state === 'ended' ? lastAt : Math.max(now + run.ahead, lastAt ?? 0);
  const spent = startedAt === undefined || until === undefined ? '' : ` · ${durationClock(until - startedAt)}`;
  const rest = run.endsAt === undefined ? undefined : Math.max(0, run.endsAt - (now + run.ahead));
  const left = timeLeftWords(state, rest);
  const word = state === 'paused' ? ' · paused' : state === 'choosing' ? ' · waits for you' : '';
  return `${done} of ${counts.total}${spent}${left === undefined ? '' : ` · ${left}`}${word}`;
}

/** The line under the run: what was just said, else what goes on while it is so. */
export function messageOfRun({ run, message, withSummary }: RunScreen): RunScreen['message'] {
  if (message) return message;
  if (run.lost !== undefined) return { grade: 'fail', text: `${run.lost} · ${kloudspot('attach')}  tries again` };
  return ofState(run, withSummary);
}

function ofState(run: RunState, withSummary: boolean): RunScreen['message'] {
  const { state, outcome, why, counts } = run.view;
  if (state === 'ended') {
    const done = outcome === 'done' || outcome === 'undone' || outcome === 'partly-undone';
    const rest = withSummary ? 'q shows the summary' : 'q leaves';
    return { grade: done ? 'pass' : 'warn', text: `${endText(outcome, why)} ${rest}` };
  }
  if (run.stopping) return { grade: 'warn', text: stopsAfterSteps };
  if (state !== 'paused') return undefined;
  const going = counts.running + counts.undoing;
  const text =
    going > 0
      ? `Paused: ${going} running ${going === 1 ? 'step ends' : 'steps end'}, nothing new starts`
      : 'Paused: nothing runs';
  return { grade: 'warn', text: `${text} · p continues` };
}

/** The exit code when the screen is left. */
export const codeOfRun = ({ run }: RunScreen): ExitCode => exitCodeOf(run.view);
