import type { ReactNode } from 'react';
import type { FittedMessages, Message } from './fit-messages.ts';
import { Line } from './line.tsx';
import { markOf, type Tone } from './theme.ts';
import { useTheme } from './theme-context.ts';

/** Fitted messages, each with its mark before its first line. */
export function Messages(props: { readonly fitted: FittedMessages }): ReactNode {
  const theme = useTheme();
  // A line has no other name than its place.
  const keyed = props.fitted.lines.map((line, place) => ({ ...line, key: String(place) }));
  return keyed.map(({ key, mark, as, text }) => (
    <Line key={key} as={toneOf(as)} text={` ${mark === 'none' ? ' ' : markOf(theme, mark)} ${text}`} />
  ));
}

const toneOf = (mark: Message['mark']): Tone =>
  mark === 'warn' || mark === 'fail' || mark === 'running' ? mark : 'plain';
