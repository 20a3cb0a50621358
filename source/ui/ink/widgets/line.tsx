import { Text } from 'ink';
import { memo, type ReactNode } from 'react';
import { wrapped } from '../../../text/width.ts';
import { type Span, type Spans, sameSpans } from './spans.ts';
import { asciiText, type Tone, tone } from './theme.ts';
import { useTheme } from './theme-context.ts';

interface LineProps {
  readonly text: string;
  readonly as?: Tone;
  readonly bold?: boolean;
}

/** One line of text that never becomes two. Laid out again only where it changes, as are the lines below. */
export const Line = memo(function Line(props: LineProps): ReactNode {
  const theme = useTheme();
  return (
    <Text wrap="truncate" bold={props.bold ?? false} {...tone(theme, props.as ?? 'plain')}>
      {asciiText(theme, props.text) || ' '}
    </Text>
  );
});

/** What a line of several looks is made of. */
export interface SpansProps {
  readonly spans: Spans;
}

/** One line of several looks. */
export const SpansLine = memo(
  function SpansLine(props: SpansProps): ReactNode {
    // A part of a line has no other name than its place.
    const keyed = props.spans.map((span, place) => ({ span, key: String(place) }));
    return (
      <Text wrap="truncate">
        {keyed.map(({ key, span }) => (
          <Part key={key} {...span} />
        ))}
      </Text>
    );
  },
  (before, after) => sameSpans(before.spans, after.spans),
);

const Part = memo(function Part({ text, as, bold = false, underline = false }: Span): ReactNode {
  const theme = useTheme();
  return (
    <Text bold={bold} underline={underline} {...tone(theme, as)}>
      {text}
    </Text>
  );
});

/** Lines under each other. */
export function SpansLines(props: { readonly lines: readonly Spans[] }): ReactNode {
  const keyed = props.lines.map((spans, place) => ({ spans, key: String(place) }));
  return keyed.map(({ key, spans }) => <SpansLine key={key} spans={spans} />);
}

/** A text over several lines, with a mark before the first; later ones are under its text. At most `most` lines. */
export function Marked(props: {
  readonly mark: string;
  readonly text: string;
  readonly as: Tone;
  readonly width: number;
  readonly most?: number;
}): ReactNode {
  const indent = props.mark.length + 1;
  const lines = markedLines(props.text, props.width - indent - 2).slice(0, props.most ?? 99);
  // A line has no other name than its place.
  const keyed = lines.map((text, index) => ({ text, index, key: String(index) }));
  return keyed.map(({ text, index, key }) => (
    <Line key={key} as={props.as} text={` ${index === 0 ? `${props.mark} ` : ' '.repeat(indent)}${text}`} />
  ));
}

const markedLines = (text: string, width: number): readonly string[] => wrapped(text, Math.max(10, width));
