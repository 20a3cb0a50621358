import type { ReactNode } from 'react';
import type { RunView } from '../../../../engine/view/view.ts';
import { durationClock } from '../../../../text/duration.ts';
import { endingOf, nextLines } from '../../../model/ending.ts';
import type { RunState } from '../../store/run-state.ts';
import { fitMessages, type Message } from '../../widgets/fit-messages.ts';
import { Line } from '../../widgets/line.tsx';
import { Messages } from '../../widgets/messages.tsx';

/** How the run ended, and what to do next. */
export function SummaryPage(props: {
  readonly run: RunState;
  readonly rows: number;
  readonly width: number;
}): ReactNode {
  return (
    <>
      <Line text="" />
      <Messages fitted={fitMessages(summaryMessages(props.run), props.width, props.rows - 1)} />
    </>
  );
}

/** Everything that the summary says. */
export function summaryMessages({ view, place }: RunState): readonly Message[] {
  const ending = endingOf(view);
  return [
    { mark: ending.grade, text: ending.text },
    { mark: 'plain', text: countsText(view) },
    { mark: 'plain', text: '' },
    { mark: 'plain', text: 'Next' },
    ...nextLines(view, place).map((text): Message => ({ mark: 'plain', text: `· ${text}` })),
  ];
}

function countsText({ counts, startedAt, lastAt }: RunView): string {
  const spent = startedAt === undefined || lastAt === undefined ? '' : ` · ${durationClock(lastAt - startedAt)}`;
  return `${counts.changed} changed, ${counts.already} already right, ${counts.skipped} skipped, ${counts.failed} failed${spent}`;
}
