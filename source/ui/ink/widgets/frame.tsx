import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { cellsOf, clipped } from '../../../text/width.ts';
import { bodyColumns, bodyRows, hasRail, isTooSmall, least, railWidth } from './layout.ts';
import { fitColumns } from './table/columns.ts';
import { asciiText, type Theme, type Tone, tone } from './theme.ts';
import { useTheme } from './theme-context.ts';

/** A key that works now. Those with the highest `dropOrder` are left out first where the line is too short. */
export interface KeyHint {
  readonly key: string;
  readonly label: string;
  readonly dropOrder: number;
}

export interface ProgressMark {
  readonly title: string;
  readonly mark: 'done' | 'here' | 'todo' | 'warn';
}

export interface FrameProps {
  readonly size: { readonly columns: number; readonly rows: number };
  readonly head: string;
  readonly rehearsal: string | undefined;
  /** At the right of line 1: `1/8 Nodes`. */
  readonly where: string;
  readonly progress: readonly ProgressMark[];
  readonly message: { readonly grade: Tone; readonly text: string } | undefined;
  readonly keys: readonly KeyHint[];
  /** Said where the terminal is too small for anything else: that the draft is safe. */
  readonly note?: string | undefined;
  readonly children: ReactNode;
}

/** What every page has: line 1, the progress line, the body, one line for a message, the keys. Never taller than the screen. */
export function Frame(props: FrameProps): ReactNode {
  const { columns, rows } = props.size;
  if (isTooSmall(props.size)) return <TooSmall {...props.size} note={props.note} />;
  const rail = hasRail(props.size) && props.progress.length > 0;
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Head {...props} />
      {rail ? null : <Progress marks={props.progress} width={columns} />}
      <Box flexShrink={0} height={bodyRows(props.size)} overflow="hidden">
        {rail ? <Rail marks={props.progress} /> : null}
        <Box flexDirection="column" width={rail ? bodyColumns(props.size) : columns} flexShrink={0} overflow="hidden">
          {props.children}
        </Box>
      </Box>
      <Message message={props.message} width={columns} />
      <Keys keys={props.keys} width={columns} />
    </Box>
  );
}

function TooSmall(props: {
  readonly columns: number;
  readonly rows: number;
  readonly note: string | undefined;
}): ReactNode {
  const needs = `Needs ${least.columns}x${least.rows}, has ${props.columns}x${props.rows}.`;
  const text = props.note === undefined ? needs : `${needs} ${props.note}`;
  return (
    <Box height={props.rows} width={props.columns} overflow="hidden">
      <Text>{text}</Text>
    </Box>
  );
}

function Head(props: FrameProps): ReactNode {
  const theme = useTheme();
  const { columns } = props.size;
  const where = clipped(asciiText(theme, props.where), columns - 2);
  // The mark of a rehearsal comes before its name, and that before the title.
  const named = props.rehearsal === undefined ? '' : ` REHEARSAL ${props.rehearsal} `;
  const besides = columns - cellsOf(where) - 4;
  const rehearsal = cellsOf(named) <= besides ? named : named === '' || besides < 11 ? '' : ' REHEARSAL ';
  const room = besides - cellsOf(rehearsal);
  const head = room < 4 ? '' : clipped(asciiText(theme, props.head), room);
  return (
    <Box flexShrink={0} height={1} justifyContent="space-between" width={columns}>
      <Text wrap="truncate">
        {head === '' ? '' : ` ${head} `}
        {rehearsal === '' ? null : theme.color ? (
          <Text backgroundColor="yellow" color="black">
            {rehearsal}
          </Text>
        ) : (
          rehearsal
        )}
      </Text>
      <Text wrap="truncate" {...tone(theme, 'quiet')}>{`${where} `}</Text>
    </Box>
  );
}

function progressGlyph(theme: Theme, mark: ProgressMark['mark']): { glyph: string; as: Tone } {
  if (mark === 'done') return { glyph: theme.glyphs.pass, as: 'pass' };
  if (mark === 'warn') return { glyph: theme.glyphs.warn, as: 'warn' };
  return mark === 'here' ? { glyph: theme.glyphs.here, as: 'accent' } : { glyph: theme.glyphs.todo, as: 'quiet' };
}

function Progress(props: { readonly marks: readonly ProgressMark[]; readonly width: number }): ReactNode {
  const theme = useTheme();
  const long = props.marks.reduce((sum, mark) => sum + cellsOf(mark.title) + 2, 1) <= props.width;
  return (
    <Box flexShrink={0} height={1}>
      <Text wrap="truncate">
        {' '}
        {props.marks.map((mark) => {
          const { glyph, as } = progressGlyph(theme, mark.mark);
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

function Rail(props: { readonly marks: readonly ProgressMark[] }): ReactNode {
  const theme = useTheme();
  return (
    <Box flexDirection="column" width={railWidth} flexShrink={0} paddingTop={1}>
      {props.marks.map((mark) => {
        const { glyph, as } = progressGlyph(theme, mark.mark);
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
      <Text wrap="truncate" {...tone(theme, grade)}>
        {clipped(` ${mark}${asciiText(theme, text)}`, props.width)}
      </Text>
    </Box>
  );
}

function Keys(props: { readonly keys: readonly KeyHint[]; readonly width: number }): ReactNode {
  const theme = useTheme();
  const wishes = props.keys.map((hint, index) => ({
    id: String(index),
    width: cellsOf(hint.key) + 1 + cellsOf(hint.label),
    dropOrder: hint.dropOrder,
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
