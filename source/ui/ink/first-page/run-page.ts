import type { Plan } from '../../../plan/document/document.ts';
import type { RunPlace } from '../../model/ending.ts';
import { attachedFrame, unreadLine } from '../screens/run/frame.ts';
import { runScreen } from '../store/run-state.ts';
import type { Size } from '../widgets/layout.ts';
import type { ThemeOptions } from '../widgets/theme.ts';
import { painterOf } from './painter.ts';

interface Given extends ThemeOptions {
  readonly plan: Plan;
  readonly files: RunPlace['files'];
  readonly rehearsal?: string;
}

/** The page of a run that has begun before, until its journal is read, in plain escapes. Undefined: left to Ink. */
export function runPage({ plan, files, rehearsal, ...options }: Given, size: Size): string | undefined {
  const painter = painterOf(options, size);
  if (painter === undefined) return undefined;
  const { theme, paint } = painter;
  const place = { files, rehearsal: rehearsal !== undefined };
  const state = runScreen(plan, { size, now: 0, withSummary: false, place, reading: true });
  return paint(attachedFrame(state, rehearsal, theme), [unreadLine(theme)]);
}
