import { writeSync } from 'node:fs';
import type { StartFacts } from '../app/session.ts';
import { type Settings, settingsFrom } from '../app/settings.ts';
import { readStartFacts } from '../app/start-facts.ts';
import { backFromScreen, startScreen } from '../ui/ink/first-page/paint.ts';
import { parseWords } from './line/arguments.ts';
import { globalFlags, productFlag } from './line/flags.ts';
import { processTerminal } from './line/terminal.ts';

/** What the page shows that was painted before anything else was loaded. */
export interface FirstPage {
  readonly start: StartFacts;
  /** Where it stands on the screen: from now on someone else puts the terminal back. */
  readonly handOver?: () => void;
}

/**
 * Paints the first page of `init`, before Ink and all that lies behind the pages is loaded. Nothing where another face is asked for,
 * or something is wrong with the words: the verb itself says so.
 */
export async function paintFirstPage(words: readonly string[]): Promise<FirstPage | undefined> {
  try {
    const { args } = parseWords(words, { name: 'init', flags: { ...globalFlags, product: productFlag } });
    const settings = settingsFrom(args);
    if (!isForScreen(settings)) return undefined;
    // What is typed from now on is kept for the page, not shown over it.
    process.stdin.setRawMode(true);
    const start = await readStartFacts(settings, args.product);
    const screen = screenOf(settings, start);
    if (screen === undefined) return { start };
    const handOver = restoreAtEnd();
    writeSync(1, screen);
    return { start, handOver };
  } catch {
    return undefined;
  }
}

const isForScreen = ({ yes, plain }: Settings): boolean => !yes && !plain && processTerminal().capable;

function screenOf({ ascii, color, rehearsal }: Settings, start: StartFacts): string | undefined {
  const { columns = 80, rows = 24 } = process.stdout;
  const named = rehearsal && (rehearsal.scenario ?? 'healthy');
  return startScreen(
    { ascii, color, start, rehearsal: named, canRehearse: rehearsal === undefined },
    { columns, rows },
  );
}

const deadly = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Puts the terminal back should the program end before the pages are there. Gives what calls that off. */
function restoreAtEnd(): () => void {
  const restore = (): void => {
    process.stdin.setRawMode(false);
    writeSync(1, backFromScreen);
  };
  const killed = (signal: (typeof deadly)[number]): void => {
    handOver();
    restore();
    process.kill(process.pid, signal);
  };
  const handOver = (): void => {
    process.off('exit', restore);
    for (const signal of deadly) process.off(signal, killed);
  };
  process.once('exit', restore);
  for (const signal of deadly) process.once(signal, killed);
  return handOver;
}
