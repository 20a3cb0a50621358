import type { ReactNode } from 'react';
import type { RunView } from '../../../../engine/view/view.ts';
import { durationClock } from '../../../../text/duration.ts';
import { endingOf, nextLines } from '../../../model/ending.ts';
import type { RunState } from '../../store/run-state.ts';
import { type FittedMessages, fitMessages, type Message } from '../../widgets/fit-messages.ts';
import { Line } from '../../widgets/line.tsx';
import { Messages } from '../../widgets/messages.tsx';

/** How the run ended, and what to do next. */
export function SummaryPage(props: {
  readonly run: RunState;
  readonly rows: number;
  readonly width: number;
}): ReactNode {
  const { run, width, rows } = props;
  return (
    <>
      {isRoomy(rows) ? <Line text="" /> : null}
      <Messages fitted={fittedSummary(run, { width, rows })} />
    </>
  );
}

/** The summary as it fits into the body of the screen. */
export function fittedSummary(run: RunState, size: { readonly width: number; readonly rows: number }): FittedMessages {
  const roomy = isRoomy(size.rows);
  return fitMessages(summaryMessages(run, roomy), size.width, size.rows - (roomy ? 1 : 0));
}

/** Blank lines only where there is room. */
const isRoomy = (rows: number): boolean => rows >= 14;

/** Everything that the summary says. */
export function summaryMessages({ view, place }: RunState, roomy: boolean): readonly Message[] {
  const ending = endingOf(view);
  return [
    { mark: ending.grade, text: ending.text },
    { mark: 'plain', text: countsText(view) },
    ...(roomy ? [{ mark: 'plain', text: '' } as const] : []),
    { mark: 'plain', text: 'Next' },
    ...nextLines(view, place).map((text): Message => ({ mark: 'item', text })),
  ];
}

function countsText({ counts, startedAt, lastAt }: RunView): string {
  const spent = startedAt === undefined || lastAt === undefined ? '' : ` · ${durationClock(lastAt - startedAt)}`;
  return `${counts.changed} changed, ${counts.already} already right, ${counts.skipped} skipped, ${counts.failed} failed${spent}`;
}
