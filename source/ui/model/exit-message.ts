import type { RunView } from '../../engine/view/view.ts';
import { kloudspot } from '../../text/command.ts';
import { endingOf, nextLines, type RunPlace } from './ending.ts';

/** What is printed in the terminal after the pages are gone. */
export function exitLines(left: {
  readonly place: RunPlace & { readonly files: { readonly draft: string } };
  readonly saved: boolean;
  readonly run: RunView | undefined;
}): readonly string[] {
  if (left.run) return [endingOf(left.run).text, ...nextLines(left.run, left.place).map((line) => `  ${line}`)];
  return left.saved ? [`The draft is saved in ${left.place.files.draft}. ${kloudspot('init')}  continues it.`] : [];
}
