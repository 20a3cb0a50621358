import { Text } from 'ink';
import type { ReactNode } from 'react';
import { wrapped } from '../../../text/width.ts';
import { asciiText, type Tone, tone } from './theme.ts';
import { useTheme } from './theme-context.ts';

/** One line of text that never becomes two. */
export function Line(props: { readonly text: string; readonly as?: Tone; readonly bold?: boolean }): ReactNode {
  const theme = useTheme();
  return (
    <Text wrap="truncate" bold={props.bold ?? false} {...tone(theme, props.as ?? 'plain')}>
      {asciiText(theme, props.text) || ' '}
    </Text>
  );
}

/** A text over several lines, with a mark before the first; later ones stand under its text. At most `most` lines. */
export function Marked(props: {
  readonly mark: string;
  readonly text: string;
  readonly as: Tone;
  readonly width: number;
  readonly most?: number;
}): ReactNode {
  const indent = props.mark.length + 1;
  const lines = markedLines(props.text, props.width - indent - 2).slice(0, props.most ?? 99);
  return lines.map((text, index) => (
    <Line key={text} as={props.as} text={` ${index === 0 ? `${props.mark} ` : ' '.repeat(indent)}${text}`} />
  ));
}

export const markedLines = (text: string, width: number): readonly string[] => wrapped(text, Math.max(10, width));
