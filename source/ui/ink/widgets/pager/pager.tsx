import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { clipped } from '../../../../text/width.ts';
import { asciiText, markOf, tone } from '../theme.ts';
import { useTheme } from '../theme-context.ts';
import { type PagerState, pagerHeight, placeOf, shownLines, topOf } from './state.ts';

/** A text over the whole body of the screen. */
export function Pager(props: { readonly state: PagerState; readonly width: number; readonly rows: number }): ReactNode {
  const theme = useTheme();
  const top = topOf(props.state, props.rows);
  // A line of a text has no other name than its place.
  const visible = shownLines(props.state)
    .slice(top, top + pagerHeight(props.rows))
    .map((line, place) => ({ key: String(top + place), line }));
  const filter =
    props.state.filter === undefined ? '' : `  /${props.state.filter}${props.state.typing ? theme.glyphs.cursor : ''}`;
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Text bold wrap="truncate">
        {` ${asciiText(theme, props.state.title)}  `}
        <Text {...tone(theme, 'quiet')}>{placeOf(props.state, props.rows) + filter}</Text>
      </Text>
      {visible.map(({ key, line }) => (
        <Text key={key} wrap="truncate" {...tone(theme, line.tone ?? 'plain')}>
          {clipped(asciiText(theme, ` ${line.mark ? `${markOf(theme, line.mark)} ` : ''}${line.text}`), props.width)}
        </Text>
      ))}
    </Box>
  );
}
