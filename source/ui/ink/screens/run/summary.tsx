import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { Plan } from '../../../../plan/document/document.ts';
import { durationClock } from '../../../../text/duration.ts';
import { endingOf, nextLines } from '../../../model/ending.ts';
import type { RunState } from '../../store/run-state.ts';
import { Line, Marked } from '../../widgets/line.tsx';
import { type Tone, useTheme } from '../../widgets/theme.ts';

/** How the run ended, and what to do next. */
export function SummaryPage(props: {
  readonly run: RunState;
  readonly rehearsal: boolean;
  readonly width: number;
}): ReactNode {
  const theme = useTheme();
  const { view } = props.run;
  const ending = endingOf(view);
  const tone: Tone = ending.grade === 'fail' ? 'fail' : ending.grade === 'warn' ? 'warn' : 'pass';
  const spent =
    view.startedAt !== undefined && view.lastAt !== undefined ? durationClock(view.lastAt - view.startedAt) : '';
  const { counts } = view;
  return (
    <Box flexDirection="column" flexShrink={0} paddingTop={1}>
      <Marked mark={theme.glyphs[ending.grade]} as={tone} width={props.width} text={ending.text} />
      <Line text="" />
      <Line
        text={`   ${counts.changed} changed, ${counts.already} were right already, ${counts.skipped} skipped, ${counts.failed} failed${spent === '' ? '' : ` · ${spent}`}`}
      />
      {where(view.plan).map((line) => (
        <Line key={line} text={`   ${line}`} />
      ))}
      <Line text="" />
      <Line bold text=" Next" />
      {nextLines(view, props.rehearsal).map((line) => (
        <Marked key={line} mark={theme.glyphs.dot} as="plain" width={props.width} text={line} />
      ))}
    </Box>
  );
}

function where(plan: Plan): readonly string[] {
  const address = plan.site.network.virtualAddress;
  return [`${plan.site.customer.dnsName}${address ? ` must lead to ${address}` : ''}`];
}
