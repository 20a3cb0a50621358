import type { RunGlance } from '../../../app/glance-run.ts';
import { unreadFrame, unreadLine } from '../screens/run/unread.ts';
import type { Size } from '../widgets/layout.ts';
import type { ThemeOptions } from '../widgets/theme.ts';
import { painterOf } from './painter.ts';

/** The page of a run that has begun before, until its journal is read, in plain escapes. Undefined: left to Ink. */
export function runPage(run: RunGlance, options: ThemeOptions, size: Size): string | undefined {
  const painter = painterOf(options, size);
  if (painter === undefined) return undefined;
  const { theme, paint } = painter;
  return paint(unreadFrame(run, size, theme), [unreadLine(theme)]);
}
