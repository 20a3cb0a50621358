import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { counted } from '../../../../text/plural.ts';
import { clipped } from '../../../../text/width.ts';
import { asciiText, tone } from '../theme.ts';
import { useTheme } from '../theme-context.ts';
import { type PagerState, pagerHeight, shownLines } from './state.ts';

/** A text over the whole body of the screen. */
export function Pager(props: { readonly state: PagerState; readonly width: number; readonly rows: number }): ReactNode {
  const theme = useTheme();
  const lines = shownLines(props.state);
  const height = pagerHeight(props.rows);
  const top = Math.min(props.state.top, Math.max(0, lines.length - height));
  // A line of a text has no other name than its place.
  const visible = lines.slice(top, top + height).map((line, place) => ({ key: String(top + place), line }));
  const below = Math.max(0, lines.length - top - height);
  const place =
    lines.length <= height ? counted(lines.length, 'line') : `${top + 1}-${lines.length - below} of ${lines.length}`;
  const filter =
    props.state.filter === undefined ? '' : `  /${props.state.filter}${props.state.typing ? theme.glyphs.cursor : ''}`;
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Text bold wrap="truncate">
        {` ${asciiText(theme, props.state.title)}  `}
        <Text {...tone(theme, 'quiet')}>{place + filter}</Text>
      </Text>
      {visible.map(({ key, line }) => (
        <Text key={key} wrap="truncate" {...tone(theme, line.tone ?? 'plain')}>
          {clipped(asciiText(theme, ` ${line.text}`), props.width)}
        </Text>
      ))}
    </Box>
  );
}
