import type { StartFacts } from '../../../app/session.ts';
import { type StartPageState, startLines } from '../screens/start/page.ts';
import { startRows } from '../screens/start/rows.ts';
import { hintsOf } from '../widgets/bindings.ts';
import type { Size } from '../widgets/layout.ts';
import type { ThemeOptions } from '../widgets/theme.ts';
import { aroundStart } from './around.ts';
import { painterOf } from './painter.ts';

interface Given extends ThemeOptions {
  readonly start: StartFacts;
  readonly rehearsal: string | undefined;
  readonly canRehearse: boolean;
}

/** The start page before Ink is there. */
export interface StartScreen {
  /** How many rows the pointer can be on. */
  readonly count: number;
  /** The whole page in plain escapes, over what is on the screen, with the pointer on that row: what Ink draws of the same state. */
  readonly at: (index: number) => string;
}

/** Undefined: left to Ink. */
export function startScreen(given: Given, size: Size): StartScreen | undefined {
  const painter = painterOf(given, size);
  if (painter === undefined) return undefined;
  const { theme, paint } = painter;
  const state = (index: number): StartPageState => ({
    start: { ...given.start, index, path: undefined, problem: [], busy: false },
    draft: {},
    canRehearse: given.canRehearse,
  });
  const parts = {
    size,
    head: 'kloudspot init',
    rehearsal: given.rehearsal,
    where: 'Start',
    progress: aroundStart.progress.map((title) => ({ title, mark: 'todo' as const })),
    message: undefined,
    keys: hintsOf(aroundStart.keys, theme.glyphs),
  };
  return { count: startRows(state(0)).length, at: (index) => paint(parts, startLines(state(index), size, theme)) };
}
