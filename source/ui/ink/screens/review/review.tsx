import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { durationGuess } from '../../../../text/duration.ts';
import { counted } from '../../../../text/plural.ts';
import { cellsOf, clipped, fitted, wrapped } from '../../../../text/width.ts';
import type { Review, ReviewLine } from '../../../model/review.ts';
import type { AppState } from '../../store/state.ts';
import { Pointer } from '../../widgets/choice/choice.tsx';
import { Line, Marked } from '../../widgets/line.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { LeftOut } from '../../widgets/table/left-out.tsx';
import { windowOf } from '../../widgets/table/window.ts';
import { TextInput } from '../../widgets/text/text.tsx';
import { asciiText, markOf, tone } from '../../widgets/theme.ts';
import { useTheme } from '../../widgets/theme-context.ts';
import { fails, isTyping, problemRows } from './keys.ts';

export function ReviewPage(props: {
  readonly state: AppState;
  readonly rows: number;
  readonly width: number;
}): ReactNode {
  const { state, rows, width } = props;
  const { review, problem, planning, index } = state.review;
  if (!review) {
    if (problem.length > 0) return <Problem lines={problem} width={width} rows={rows} />;
    return <Line bold text={planning ? ' Working out what to do.' : ' Nothing is planned yet.'} />;
  }
  const question = beginQuestion(state, review, width);
  const blanks = rows >= 16 ? 3 : rows >= 10 ? 2 : 0;
  const besides = 1 + blanks + question.length + (problem.length > 0 ? problemRows : 0);
  const shown = windowOf(review.lines.length, Math.min(index, review.lines.length - 1), Math.max(2, rows - besides));
  return (
    <Box flexDirection="column" flexShrink={0}>
      {rows >= 16 ? <Line text="" /> : null}
      <Line bold text={headOf(review, width)} />
      {rows >= 10 ? <Line text="" /> : null}
      {review.lines.slice(shown.from, shown.to).map((line, at) => (
        <SubjectLine key={line.subject} line={line} here={shown.from + at === index} width={width} />
      ))}
      <LeftOut shown={shown} />
      {rows >= 10 ? <Line text="" /> : null}
      {problem.length > 0 ? (
        <Problem
          lines={problem}
          width={width}
          rows={problemRows}
          opens={isTyping(state) ? 'Up, then m shows all' : undefined}
        />
      ) : null}
      <Confirm state={state} review={review} width={width} question={question} />
    </Box>
  );
}

/** The question in one line, shorter on a narrow screen; above its answer where that is too narrow, too. */
function beginQuestion(state: AppState, review: Review, width: number): readonly string[] {
  const short = `Type ${review.site} to start: `;
  const answer = Math.max(12, cellsOf(state.review.typed.text) + 1);
  const fitting = [`Type the site's name, ${review.site}, to start: `, short].find(
    (text) => cellsOf(text) + answer <= width - 4,
  );
  return fitting === undefined ? [...wrapped(short.trimEnd(), width - 4), ''] : [fitting];
}

/** As much of it as fits. */
function headOf(review: Review, width: number): string {
  const time =
    review.estimateMs === undefined ? 'duration not known yet' : `${durationGuess(review.estimateMs)} by earlier runs`;
  const steps = counted(review.steps, 'step');
  const texts = [` Everything that will happen: ${steps}, ${time}`, ` ${steps}, ${time}`];
  return texts.find((text) => cellsOf(text) <= width) ?? ` ${steps}`;
}

function SubjectLine(props: { readonly line: ReviewLine; readonly here: boolean; readonly width: number }): ReactNode {
  const theme = useTheme();
  const { line, here } = props;
  return (
    <Box flexShrink={0} height={1} paddingLeft={1}>
      <Pointer here={here} />
      <Text wrap="truncate">
        <Text {...tone(theme, line.grade)}>{`${markOf(theme, line.grade)} `}</Text>
        <Text bold={here}>{fitted(line.subject, 11)}</Text>
        <Text {...tone(theme, line.grade === 'pass' ? 'plain' : line.grade)}>
          {clipped(asciiText(theme, line.text), props.width - 16)}
        </Text>
      </Text>
    </Box>
  );
}

/** Nothing begins by a slip of the finger: the site's name must be typed. */
function Confirm(props: {
  readonly state: AppState;
  readonly review: Review;
  readonly width: number;
  readonly question: readonly string[];
}): ReactNode {
  const theme = useTheme();
  const { state, review } = props;
  if (fails(review))
    return (
      <Marked mark={theme.glyphs.fail} as="fail" width={props.width} text="Preflight fails: the run cannot start." />
    );
  if (state.review.beginning) return <Line text=" Writing files, starting the run." />;
  const typing = isTyping(state);
  const above = props.question.slice(0, -1);
  const beside = props.question.at(-1) ?? '';
  return (
    <>
      {above.map((text) => (
        <Line key={text} text={`   ${text}`} bold={typing} />
      ))}
      <Box flexShrink={0} height={1} paddingLeft={1}>
        <Pointer here={typing} />
        <Text bold={typing}>{beside}</Text>
        {typing ? (
          <TextInput state={state.review.typed} width={Math.max(8, props.width - cellsOf(beside) - 5)} />
        ) : (
          <Text {...tone(theme, 'quiet')}>{state.review.typed.text}</Text>
        )}
      </Box>
    </>
  );
}
