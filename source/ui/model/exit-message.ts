import type { RunView } from '../../engine/view/view.ts';
import { kloudspot } from '../../text/command.ts';
import { endingOf, nextLines } from './ending.ts';

/** What is printed in the terminal after the pages are gone. */
export function exitLines(left: {
  readonly draftPath: string;
  readonly saved: boolean;
  readonly run: RunView | undefined;
  readonly rehearsal: boolean;
}): readonly string[] {
  if (left.run) return [endingOf(left.run).text, ...nextLines(left.run, left.rehearsal).map((line) => `  ${line}`)];
  return left.saved ? [`The draft is safe in ${left.draftPath}. ${kloudspot('init')}  goes on with it.`] : [];
}
