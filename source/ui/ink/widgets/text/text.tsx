import { Text } from 'ink';
import type { ReactNode } from 'react';
import { signsOf } from '../../../../text/width.ts';
import { useTheme } from '../theme-context.ts';
import { shownPart, type TextState } from './state.ts';

/** A line of text with its cursor, `width` cells wide; a longer one shows the part around the cursor. `mask` for passwords. */
export function TextInput(props: {
  readonly state: TextState;
  readonly width: number;
  readonly mask?: boolean;
}): ReactNode {
  const theme = useTheme();
  const signs = signsOf(props.state.text).map((one) => (props.mask ? '*' : one));
  const [shown, at] = shownPart(signs, props.state.cursor, Math.max(3, props.width));
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
