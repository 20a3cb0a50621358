import { Box, Text } from 'ink';
import { Indicator, Item } from 'ink-select-input';
import type { ReactNode } from 'react';
import { cellsOf, clipped, filled } from '../../../../text/width.ts';
import { windowOf } from '../table/window.ts';
import { tone } from '../theme.ts';
import { useTheme } from '../theme-context.ts';
import type { ChoiceRow } from './row.ts';

/** The rows around the pointer, as many as there is height for. */
export function Choice(props: {
  readonly rows: readonly ChoiceRow[];
  readonly index: number;
  readonly height: number;
  readonly width: number;
}): ReactNode {
  const theme = useTheme();
  const shown = windowOf(props.rows.length, props.index, props.height);
  // A long label gives way to the hint beside it.
  const hints = Math.min(12, Math.max(0, ...props.rows.map((row) => cellsOf(row.hint ?? ''))));
  const longest = Math.max(...props.rows.map((row) => cellsOf(row.label)));
  const labels = Math.max(8, Math.min(longest, props.width - hints - 5)) + 2;
  return (
    <Box flexDirection="column" flexShrink={0}>
      {props.rows.slice(shown.from, shown.to).map((row, at) => (
        <Row key={row.key} row={row} labels={labels} width={props.width} here={shown.from + at === props.index} />
      ))}
      {shown.below > 0 ? <Text {...tone(theme, 'quiet')}>{`   ${shown.below} more below`}</Text> : null}
    </Box>
  );
}

function Row(props: {
  readonly row: ChoiceRow;
  readonly labels: number;
  readonly width: number;
  readonly here: boolean;
}): ReactNode {
  const theme = useTheme();
  const hint = clipped(props.row.hint ?? '', Math.max(0, props.width - props.labels - 3));
  return (
    <Box flexShrink={0}>
      <Pointer here={props.here} />
      <Label
        text={
          hint === ''
            ? clipped(props.row.label, props.width - 3)
            : filled(clipped(props.row.label, props.labels - 2), props.labels)
        }
        here={props.here && !props.row.unusable}
      />
      {hint === '' ? null : <Text {...tone(theme, 'quiet')}>{hint}</Text>}
    </Box>
  );
}

/** ink-select-input's own pieces; without colour or in ASCII plain marks say the same. */
export function Pointer(props: { readonly here: boolean }): ReactNode {
  const theme = useTheme();
  return (
    <Box flexShrink={0}>
      {theme.color && !theme.ascii ? (
        <Indicator isSelected={props.here} />
      ) : (
        <Text>{props.here ? `${theme.glyphs.pointer} ` : '  '}</Text>
      )}
    </Box>
  );
}

function Label(props: { readonly text: string; readonly here: boolean }): ReactNode {
  const theme = useTheme();
  return theme.color ? <Item isSelected={props.here} label={props.text} /> : <Text>{props.text}</Text>;
}
