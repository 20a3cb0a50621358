import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { cellsOf, clipped } from '../../../text/width.ts';
import { bodyRows, hasRail, isTooSmall, least, railWidth } from './layout.ts';
import { fitColumns } from './table/columns.ts';
import { asciiText, type Theme, type Tone, tone, useTheme } from './theme.ts';

/** A key that works now. Those with the highest `falls` are left out first where the line is too short. */
export interface KeyHint {
  readonly key: string;
  readonly label: string;
  readonly falls?: number;
}

export interface TrailMark {
  readonly title: string;
  readonly mark: 'done' | 'here' | 'todo' | 'warn';
}

export interface FrameProps {
  readonly size: { readonly columns: number; readonly rows: number };
  readonly head: string;
  readonly rehearsal: string | undefined;
  /** At the right of line 1: `1/8 Nodes`. */
  readonly where: string;
  readonly trail: readonly TrailMark[];
  readonly message: { readonly grade: Tone; readonly text: string } | undefined;
  readonly keys: readonly KeyHint[];
  readonly children: ReactNode;
}

/** What every page has: line 1, the trail, the body, one line for a message, the keys. Never taller than the screen. */
export function Frame(props: FrameProps): ReactNode {
  const { columns, rows } = props.size;
  if (isTooSmall(props.size)) return <TooSmall {...props.size} />;
  const rail = hasRail(props.size);
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Head {...props} />
      {rail ? null : <Trail marks={props.trail} width={columns} />}
      <Box flexShrink={0} height={bodyRows(props.size)} overflow="hidden">
        {rail ? <Rail marks={props.trail} /> : null}
        <Box flexDirection="column" flexGrow={1} flexShrink={0} overflow="hidden">
          {props.children}
        </Box>
      </Box>
      <Message message={props.message} width={columns} />
      <Keys keys={props.keys} width={columns} />
    </Box>
  );
}

function TooSmall(props: { readonly columns: number; readonly rows: number }): ReactNode {
  const text = `Needs ${least.columns}x${least.rows}, has ${props.columns}x${props.rows}. The draft is safe.`;
  return (
    <Box height={props.rows} width={props.columns} overflow="hidden">
      <Text>{text}</Text>
    </Box>
  );
}

function Head(props: FrameProps): ReactNode {
  const theme = useTheme();
  const rehearsal = props.rehearsal === undefined ? '' : ` REHEARSAL ${props.rehearsal} `;
  const room = props.size.columns - cellsOf(props.where) - rehearsal.length - 4;
  const head = clipped(asciiText(theme, props.head), Math.max(0, room));
  return (
    <Box flexShrink={0} height={1} justifyContent="space-between" width={props.size.columns}>
      <Text wrap="truncate">
        {` ${head} `}
        {rehearsal === '' ? null : theme.color ? (
          <Text backgroundColor="yellow" color="black">
            {rehearsal}
          </Text>
        ) : (
          rehearsal
        )}
      </Text>
      <Text wrap="truncate" {...tone(theme, 'quiet')}>{`${props.where} `}</Text>
    </Box>
  );
}

function trailGlyph(theme: Theme, mark: TrailMark['mark']): { glyph: string; as: Tone } {
  if (mark === 'done') return { glyph: theme.glyphs.pass, as: 'pass' };
  if (mark === 'warn') return { glyph: theme.glyphs.warn, as: 'warn' };
  return mark === 'here' ? { glyph: theme.glyphs.here, as: 'accent' } : { glyph: theme.glyphs.todo, as: 'quiet' };
}

function Trail(props: { readonly marks: readonly TrailMark[]; readonly width: number }): ReactNode {
  const theme = useTheme();
  const long = props.marks.reduce((sum, mark) => sum + cellsOf(mark.title) + 2, 1) <= props.width;
  return (
    <Box flexShrink={0} height={1}>
      <Text wrap="truncate">
        {' '}
        {props.marks.map((mark) => {
          const { glyph, as } = trailGlyph(theme, mark.mark);
          const title = long || mark.mark === 'here' ? `${mark.title} ` : ' ';
          return (
            <Text key={mark.title} {...tone(theme, as)} bold={mark.mark === 'here'}>
              {glyph}
              {title}
            </Text>
          );
        })}
      </Text>
    </Box>
  );
}

function Rail(props: { readonly marks: readonly TrailMark[] }): ReactNode {
  const theme = useTheme();
  return (
    <Box flexDirection="column" width={railWidth} flexShrink={0} paddingTop={1}>
      {props.marks.map((mark) => {
        const { glyph, as } = trailGlyph(theme, mark.mark);
        return (
          <Text key={mark.title} {...tone(theme, as)} bold={mark.mark === 'here'}>{` ${glyph} ${mark.title}`}</Text>
        );
      })}
    </Box>
  );
}

function Message(props: { readonly message: FrameProps['message']; readonly width: number }): ReactNode {
  const theme = useTheme();
  if (!props.message) return <Box flexShrink={0} height={1} />;
  const { grade, text } = props.message;
  const mark = grade === 'pass' || grade === 'warn' || grade === 'fail' ? `${theme.glyphs[grade]} ` : '';
  return (
    <Box flexShrink={0} height={1}>
      <Text wrap="truncate" {...tone(theme, grade)}>{` ${mark}${asciiText(theme, text)}`}</Text>
    </Box>
  );
}

function Keys(props: { readonly keys: readonly KeyHint[]; readonly width: number }): ReactNode {
  const theme = useTheme();
  const wishes = props.keys.map((hint, index) => ({
    id: String(index),
    width: cellsOf(hint.key) + 1 + cellsOf(hint.label),
    falls: hint.falls ?? 0,
  }));
  const kept = new Set(fitColumns(wishes, props.width - 2).map((column) => column.id));
  const shown = props.keys.filter((_, index) => kept.has(String(index)));
  return (
    <Box flexShrink={0} height={1}>
      <Text wrap="truncate">
        {' '}
        {shown.map((hint, index) => (
          <Text key={hint.key + hint.label}>
            {index === 0 ? '' : '  '}
            <Text bold>{hint.key}</Text>
            <Text {...tone(theme, 'quiet')}>{` ${hint.label}`}</Text>
          </Text>
        ))}
      </Text>
    </Box>
  );
}
