import type { InitSession } from '../../app/session.ts';
import { type ExitCode, exitCode, nothingChanged } from '../../errors/fault.ts';
import type { Clock } from '../../host/host.ts';
import { kloudspot } from '../../text/command.ts';
import { askAll } from './ask-all.ts';
import { carryOut } from './carry-out.ts';
import { Conversation, type PlainIo } from './conversation.ts';
import { lookAndReview } from './look.ts';
import type { PlainWalk } from './plain-walk.ts';
import { InputEnded } from './reader.ts';
import { begin } from './start.ts';

export type { PlainIo } from './conversation.ts';

/** The questions of `init` line by line, without a single control code. Returns the exit code. */
export async function runPlainInit(session: InitSession, io: PlainIo, clock: Clock = wallClock): Promise<ExitCode> {
  const talk = new Conversation(io);
  const walk: PlainWalk = {
    talk,
    session,
    draft: {},
    facts: new Map(),
    source: undefined,
    free: new Set(),
    heard: new Map(),
    names: new Map(),
    saved: false,
    onlyOpen: false,
    interrupted: undefined,
  };
  const onInterrupt = (): void => (walk.interrupted ? walk.interrupted() : talk.reader.interrupt());
  process.on('SIGINT', onInterrupt);
  try {
    return await walkThrough(walk, clock);
  } catch (error) {
    if (!(error instanceof InputEnded)) throw error;
    return ended(walk, error);
  } finally {
    process.off('SIGINT', onInterrupt);
    talk.reader.close();
  }
}

async function walkThrough(walk: PlainWalk, clock: Clock): Promise<ExitCode> {
  const { talk, session } = walk;
  if (session.rehearsal !== undefined) talk.say(`REHEARSAL ${session.rehearsal}: no machine is touched.`);
  if (!(await begin(walk))) return left(walk);
  let from: string | undefined;
  for (;;) {
    if ((await askAll(walk, from)) === 'quit') return left(walk);
    const looked = await lookAndReview(walk);
    if (looked.next === 'quit') return left(walk);
    if (looked.next === 'begin') return carryOut(walk, looked.plan, clock);
    from = looked.from;
  }
}

function left(walk: PlainWalk): ExitCode {
  walk.talk.say(
    ...(walk.saved
      ? [`The draft is saved in ${walk.session.files.draft}. ${kloudspot('init')}  continues it.`]
      : [nothingChanged]),
  );
  return exitCode.refused;
}

function ended(walk: PlainWalk, error: InputEnded): ExitCode {
  const { talk, session } = walk;
  talk.say(error.why === 'end' ? 'The input has ended before all questions were answered.' : 'Interrupted.');
  if (walk.saved) talk.say(`The draft is saved in ${session.files.draft}. ${kloudspot('init')}  continues it.`);
  if (error.why === 'end') talk.say(`Without a terminal: ${kloudspot('init --site FILE --yes')}`);
  return error.why === 'end' ? exitCode.usage : exitCode.interrupted;
}

const wallClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};
