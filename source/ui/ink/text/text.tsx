import { Text } from 'ink';
import type { ReactNode } from 'react';
import { useTheme } from '../theme.ts';
import type { TextState } from './state.ts';

/** A line of text with its cursor, `width` cells wide; a longer one shows the part around the cursor. `mask` for passwords. */
export function TextInput(props: {
  readonly state: TextState;
  readonly width: number;
  readonly mask?: boolean;
}): ReactNode {
  const theme = useTheme();
  const characters = [...props.state.text].map((one) => (props.mask ? '*' : one));
  const room = Math.max(3, props.width) - 1;
  const from = Math.max(0, props.state.cursor - room);
  const shown = characters.slice(from, from + room + 1);
  const at = props.state.cursor - from;
  const [before, under, after] = [shown.slice(0, at).join(''), shown[at] ?? ' ', shown.slice(at + 1).join('')];
  if (!theme.color) return <Text wrap="truncate">{`${before}${theme.glyphs.cursor}${shown[at] ?? ''}${after}`}</Text>;
  return (
    <Text wrap="truncate">
      {before}
      <Text inverse>{under}</Text>
      {after}
    </Text>
  );
}
