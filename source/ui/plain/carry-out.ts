import type { RunHandle } from '../../engine/journal/event.ts';
import { exitCodeOf } from '../../engine/outcome.ts';
import { canUndo, failedSteps, type RunView } from '../../engine/view/view.ts';
import type { ExitCode } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import { unlessFault } from '../../errors/unless-fault.ts';
import type { Clock } from '../../host/host.ts';
import type { Plan } from '../../plan/document/document.ts';
import { kloudspot } from '../../text/command.ts';
import { endingOf, nextLines } from '../model/ending.ts';
import { type StopOrder, stopByInterrupts } from '../model/stop-by-interrupts.ts';
import type { PlainWalk } from './plain-walk.ts';
import { InputEnded } from './reader.ts';
import { showRunPlain } from './run.ts';

/** Begins the run, which writes the files, and follows it. Ctrl-C once stops after the running steps, twice now. */
export async function carryOut(walk: PlainWalk, plan: Plan, clock: Clock): Promise<ExitCode> {
  const { talk, session } = walk;
  const tell = stopWalk(walk);
  const run = await session.begin(plan);
  tell((order) => session.steer(run, { order }));
  const following = new AbortController();
  const view = await showRunPlain(plan, session.follow(run, following.signal), talk.output, clock, {
    choose: (now) => choose(walk, run, now),
    estimate: session.estimate,
  });
  following.abort();
  const place = { files: session.files, rehearsal: session.rehearsal !== undefined };
  talk.say('', endingOf(view).text, ...nextLines(view, place).map((line) => `  ${line}`));
  return exitCodeOf(view);
}

/** From now on Ctrl-C stops the run. What is pressed while it is only being started is kept until its orders have a way. */
function stopWalk(walk: PlainWalk): (steer: (order: StopOrder) => Promise<void>) => void {
  const kept: StopOrder[] = [];
  let way = (order: StopOrder): void => void kept.push(order);
  walk.interrupted = stopByInterrupts(
    (line) => walk.talk.say(line),
    (order) => way(order),
  );
  return (steer) => {
    way = (order) => {
      steer(order).catch((error: unknown) => walk.talk.say(messageOf(error)));
    };
    for (const order of kept) way(order);
  };
}

/** After a failure: what the operator wants. Without anyone to answer the run is left waiting. */
async function choose(walk: PlainWalk, run: RunHandle, view: RunView): Promise<'go on' | 'leave'> {
  const { talk, session } = walk;
  const [failed] = failedSteps(view);
  if (!failed) return 'leave';
  const { id, title, skippable } = failed.step;
  const ways = new Map<string, { readonly order: 'retry' | 'skip' | 'undo'; readonly words: string }>([
    ['r', { order: 'retry', words: 'retries' }],
    ...(skippable ? ([['s', { order: 'skip', words: 'skips it' }]] as const) : []),
    ...(canUndo(failed) ? ([['u', { order: 'undo', words: 'undoes it' }]] as const) : []),
  ]);
  const words = [...ways].map(([key, way]) => `${key} ${way.words}`).join(', ');
  for (;;) {
    const text = await ask(talk, `${title} failed. ${words}, q leaves, ${kloudspot('resume')}  continues later [r]`);
    if (text === 'q' || text === 'quit') return 'leave';
    const way = ways.get(text || 'r');
    const refused = way && (await refusal(session.steer(run, { order: way.order, step: id })));
    if (way && refused === undefined) return 'go on';
    talk.say(refused ?? `${text} is not one of these.`);
  }
}

async function ask(talk: PlainWalk['talk'], question: string): Promise<string> {
  return talk.ask(question).catch((error: unknown) => {
    if (error instanceof InputEnded) return 'q';
    throw error;
  });
}

/** Why the run did not take an order; undefined when it did. */
async function refusal(order: Promise<void>): Promise<string | undefined> {
  return unlessFault(
    () => order.then(() => undefined),
    ({ message }) => message,
  );
}
