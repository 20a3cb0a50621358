import { unwatched, watchPage } from '../watch.ts';
import type { Size } from '../widgets/layout.ts';
import type { ThemeOptions } from '../widgets/theme.ts';
import { painterOf } from './painter.ts';

/** The page of the live status before its first report, in plain escapes. Undefined: left to Ink. */
export function watchScreen(
  options: ThemeOptions & { readonly site: string; readonly rehearsal?: string },
  size: Size,
): string | undefined {
  const painter = painterOf(options, size);
  if (painter === undefined) return undefined;
  const { parts, body } = watchPage(options, unwatched, size, painter.theme);
  return painter.paint(parts, body);
}
