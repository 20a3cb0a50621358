import { Box, Text } from 'ink';
import { memo, type ReactNode } from 'react';
import {
  type FrameParts,
  headLine,
  keysLine,
  messageLine,
  type ProgressMark,
  progressAtLeft,
  progressLine,
  railLines,
} from './frame-lines.ts';
import { bodyColumns, bodyRows, hasRail, isTooSmall, least, railWidth } from './layout.ts';
import { SpansLine, type SpansProps } from './line.tsx';
import { sameSpans } from './spans.ts';
import { useTheme } from './theme-context.ts';

export interface FrameProps extends FrameParts {
  /** Said where the terminal is too small for anything else: that the draft is safe. */
  readonly note?: string | undefined;
  readonly children: ReactNode;
}

/** What every page has: line 1, the progress line, the body, one line for a message, the keys. Never taller than the screen. */
export function Frame(props: FrameProps): ReactNode {
  const theme = useTheme();
  const { size, progress } = props;
  const { columns, rows } = size;
  if (isTooSmall(size)) return <TooSmall {...size} note={props.note} />;
  const atLeft = progressAtLeft(props);
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Fixed spans={headLine(theme, props)} />
      {hasRail(size) ? null : <Fixed spans={progressLine(theme, progress, columns)} />}
      <Box flexShrink={0} height={bodyRows(size)} overflow="hidden">
        {atLeft ? <Rail marks={progress} /> : null}
        <Box flexDirection="column" width={atLeft ? bodyColumns(size) : columns} flexShrink={0} overflow="hidden">
          {props.children}
        </Box>
      </Box>
      <Fixed spans={messageLine(theme, props.message, columns)} />
      <Fixed spans={keysLine(props.keys, columns)} />
    </Box>
  );
}

function TooSmall(props: {
  readonly columns: number;
  readonly rows: number;
  readonly note: string | undefined;
}): ReactNode {
  const needs = `Needs ${least.columns}x${least.rows}, has ${props.columns}x${props.rows}.`;
  const text = props.note === undefined ? needs : `${needs} ${props.note}`;
  return (
    <Box height={props.rows} width={props.columns} overflow="hidden">
      <Text>{text}</Text>
    </Box>
  );
}

/** A line that keeps its place, drawn again only where it changes. */
const Fixed = memo(
  function Fixed(props: SpansProps): ReactNode {
    return (
      <Box flexShrink={0} height={1}>
        <SpansLine {...props} />
      </Box>
    );
  },
  (before, after) => sameSpans(before.spans, after.spans),
);

function Rail(props: { readonly marks: readonly ProgressMark[] }): ReactNode {
  const theme = useTheme();
  return (
    <Box flexDirection="column" width={railWidth} flexShrink={0} paddingTop={1}>
      {railLines(theme, props.marks).map((mark) => (
        <SpansLine key={mark.text} spans={[mark]} />
      ))}
    </Box>
  );
}
