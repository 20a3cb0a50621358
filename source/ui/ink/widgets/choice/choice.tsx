import { Box, Text } from 'ink';
import { Indicator, Item } from 'ink-select-input';
import type { ReactNode } from 'react';
import { tone } from '../theme.ts';
import { useTheme } from '../theme-context.ts';
import { type ChoiceProps, choiceView, type ShownRow } from './view.ts';

/** The rows around the pointer, as many as there is height for. */
export function Choice(props: ChoiceProps): ReactNode {
  const theme = useTheme();
  const { rows, more } = choiceView(props);
  return (
    <Box flexDirection="column" flexShrink={0}>
      {rows.map((row) => (
        <Row key={row.key} row={row} />
      ))}
      {more === undefined ? null : <Text {...tone(theme, 'quiet')}>{more}</Text>}
    </Box>
  );
}

function Row(props: { readonly row: ShownRow }): ReactNode {
  const theme = useTheme();
  const { here, lit, label, hint } = props.row;
  return (
    <Box flexShrink={0}>
      <Pointer here={here} />
      <Label text={label} here={lit} />
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
