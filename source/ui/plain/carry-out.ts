import type { ExitCode } from '../../fault/fault.ts';
import type { Clock } from '../../host/host.ts';
import type { Plan } from '../../plan/document/document.ts';
import type { RunHandle } from '../../run/journal/event.ts';
import { exitCodeOf } from '../../run/outcome.ts';
import type { RunView } from '../../run/view/view.ts';
import { endingOf, nextLines } from '../ending.ts';
import type { PlainWalk } from './plain-walk.ts';
import { InputEnded } from './reader.ts';
import { showRunPlain } from './run.ts';

/** Writes the files, begins the run and follows it. Ctrl-C once stops after the running steps, twice now. */
export async function carryOut(walk: PlainWalk, plan: Plan, clock: Clock): Promise<ExitCode> {
  const { talk, session } = walk;
  await session.write(plan.site);
  const run = await session.begin(plan);
  let pressed = 0;
  walk.interrupted = () => {
    pressed += 1;
    talk.say(pressed === 1 ? 'Stops after the running steps. Ctrl-C again stops now.' : 'Stopping now.');
    session.steer(run, { order: pressed === 1 ? 'stop' : 'stop-now' }).catch(() => undefined);
  };
  const following = new AbortController();
  const view = await showRunPlain(plan, session.follow(run, following.signal), talk.output, clock, {
    choose: (now) => choose(walk, run, now),
  });
  following.abort();
  talk.say('', endingOf(view).text, ...nextLines(view, session.rehearsal !== undefined).map((line) => `  ${line}`));
  return exitCodeOf(view);
}

/** After a failure: what the operator wants. Without anybody to answer the run is left waiting. */
async function choose(walk: PlainWalk, run: RunHandle, view: RunView): Promise<'go on' | 'leave'> {
  const { talk, session } = walk;
  const failed = [...view.steps.values()].find((step) => step.state === 'failed' || step.state === 'undo-failed');
  if (!failed) return 'leave';
  const { id, skippable, undoable } = failed.step;
  const ways = [
    'r retries',
    skippable ? 's skips it' : '',
    undoable ? 'u undoes it' : '',
    'q leaves, kloudspot resume goes on later',
  ].filter(Boolean);
  for (;;) {
    const text = await talk.ask(`${failed.step.title} failed. ${ways.join(', ')} [r]`).catch((error: unknown) => {
      if (error instanceof InputEnded) return 'q';
      throw error;
    });
    if (text === '' || text === 'r') return given(session.steer(run, { order: 'retry', step: id }));
    if (text === 's' && skippable) return given(session.steer(run, { order: 'skip', step: id }));
    if (text === 'u' && undoable) return given(session.steer(run, { order: 'undo', step: id }));
    if (text === 'q' || text === 'quit') return 'leave';
    talk.say(`${text} is none of these.`);
  }
}

async function given(order: Promise<void>): Promise<'go on'> {
  await order;
  return 'go on';
}
