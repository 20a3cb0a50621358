import { writeSync } from 'node:fs';
import type { StartFacts } from '../app/session.ts';
import { type Settings, settingsFrom } from '../app/settings.ts';
import { readStartFacts } from '../app/start-facts.ts';
import { moved } from '../ui/ink/first-page/moves.ts';
import { type StartScreen, startScreen } from '../ui/ink/first-page/paint.ts';
import { parseWords } from './line/arguments.ts';
import { globalFlags, productFlag } from './line/flags.ts';
import { keepTyped, putOnScreen, type Screen, screenSize } from './line/put-on-screen.ts';
import { forScreen } from './line/terminal.ts';

/** What the page shows that was painted before anything else was loaded. */
export interface FirstPage {
  readonly start: StartFacts;
  /** Where it is on the screen and answers the keys that move the pointer. */
  readonly onScreen?: OnScreen;
}

export interface OnScreen extends Screen {
  /** From now on keys are kept for who takes over. Gives the row that the pointer is on. */
  readonly leaveKeys: () => number;
}

/**
 * Paints the first page of `init`, before Ink and all that lies behind the pages is loaded. Nothing where another face is asked for,
 * or something is wrong with the words: the verb itself says so.
 */
export async function paintFirstPage(words: readonly string[]): Promise<FirstPage | undefined> {
  try {
    const { args } = parseWords(words, { name: 'init', flags: { ...globalFlags, product: productFlag } });
    const settings = settingsFrom(args);
    if (!forScreen(settings)) return undefined;
    keepTyped();
    const start = await readStartFacts(settings, args.product);
    const screen = screenOf(settings, start);
    if (screen === undefined) return { start };
    const onScreen = putOnScreen(screen.at(0));
    const leaveKeys = answerMoves(screen);
    // Two turns of the event loop, as the first one may end before reading begins: what was typed before the page stood is answered now.
    for (let turns = 0; turns < 2; turns++) await new Promise((turn) => setImmediate(turn));
    return { start, onScreen: { ...onScreen, leaveKeys } };
  } catch {
    return undefined;
  }
}

function screenOf({ ascii, color, rehearsal }: Settings, start: StartFacts): StartScreen | undefined {
  const named = rehearsal && (rehearsal.scenario ?? 'healthy');
  return startScreen({ ascii, color, start, rehearsal: named, canRehearse: rehearsal === undefined }, screenSize());
}

/** Moves the pointer as the keys say, up to the first key that does something else. Gives what ends that. */
function answerMoves(screen: StartScreen): OnScreen['leaveKeys'] {
  const { stdin } = process;
  let index = 0;
  const next = (): Buffer | null => stdin.read();
  /** Whether the keys are still answered here. */
  const answer = (typed: Buffer): boolean => {
    const before = index;
    const { index: now, rest } = moved(typed.toString('latin1'), index, screen.count);
    index = now;
    if (index !== before) writeSync(1, screen.at(index));
    if (rest === '') return true;
    leaveKeys();
    stdin.unshift(Buffer.from(rest, 'latin1'));
    return false;
  };
  const read = (): void => {
    // Until nothing is left: else the stream may not read on, and a process that waits for keys alone would end.
    for (let typed = next(); typed !== null && answer(typed); ) typed = next();
  };
  const leaveKeys = (): number => {
    stdin.off('readable', read);
    stdin.ref();
    return index;
  };
  stdin.on('readable', read);
  // Where nothing takes over, the program ends.
  stdin.unref();
  return leaveKeys;
}
