import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { gibibyte } from '../../../../storage/bytes.ts';
import { cellsOf, clipped, fitted } from '../../../../text/width.ts';
import type { WizardView } from '../../../../wizard/page.ts';
import { type GroupTotal, groupTotals } from '../../../../wizard/pages/totals.ts';
import { Line } from '../../widgets/line.tsx';
import { type Glyphs, tone } from '../../widgets/theme.ts';
import { useTheme } from '../../widgets/theme-context.ts';

/**
 * How many lines the bars may have: a head, some nodes, and one for those that are left out. None on a small screen: the messages
 * have the numbers.
 */
export function barRows(view: WizardView, rows: number): number {
  const totals = groupTotals(view).length;
  return totals === 0 || rows < leastForBars ? 0 : Math.min(totals + 1, Math.max(3, Math.floor(rows / 3))) + 1;
}

/** Lines of the body from which on bars leave enough for fields and messages. */
const leastForBars = 12;

/** What the volumes take of each node's groups; the tightest first where not all have room. */
export function Bars(props: { readonly view: WizardView; readonly rows: number; readonly width: number }): ReactNode {
  const theme = useTheme();
  const totals = groupTotals(props.view);
  const shown = tightest(totals, props.rows - 2);
  const names = Math.max(5, ...shown.map((total) => Math.min(16, cellsOf(total.node))));
  const numbers = 28;
  const wide = Math.max(6, ...shown.map((total) => Math.min(12, cellsOf(total.group)))) + 2;
  // The group's name gives way to the numbers.
  const groups = names + wide + numbers + 5 <= props.width ? wide : 0;
  const bar = Math.max(0, Math.min(40, props.width - names - groups - numbers - 6));
  const { glyphs } = theme;
  const legend = bar < 12 ? '' : `${glyphs.bar.used}used ${glyphs.bar.pool}shared ${glyphs.bar.local}unshared`;
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Line
        as="quiet"
        text={` ${fitted('Node', names)}  ${fitted('Group', groups)}${fitted(legend, bar)}   size shared  unsh.   left`}
      />
      {shown.map((total) => (
        <Bar key={total.node + total.group} total={total} names={names} groups={groups} bar={bar} />
      ))}
      {totals.length > shown.length ? (
        <Line
          as="quiet"
          text={`   ${totals.length - shown.length} more${shown.some((one) => one.sizeBytes) ? ' with more room' : ''}`}
        />
      ) : null}
      <Line text="" />
    </Box>
  );
}

function tightest(totals: readonly GroupTotal[], most: number): readonly GroupTotal[] {
  if (totals.length <= most) return totals;
  return totals.toSorted((one, other) => one.leftBytes - other.leftBytes).slice(0, Math.max(1, most));
}

/** One group of one node; widths in cells. */
function Bar(props: {
  readonly total: GroupTotal;
  readonly names: number;
  readonly groups: number;
  readonly bar: number;
}): ReactNode {
  const theme = useTheme();
  const { total, names, groups, bar } = props;
  return (
    <Text wrap="truncate">
      {` ${fitted(total.node, names)}  ${fitted(clipped(total.group, Math.max(0, groups - 2)), groups)}`}
      <Text {...tone(theme, total.leftBytes < 0 ? 'fail' : 'accent')}>{drawn(theme.glyphs, total, bar)}</Text>
      {numbersOf(total)}
      {total.leftBytes < 0 && total.sizeBytes !== undefined ? (
        <Text {...tone(theme, 'fail')}>{` ${theme.glyphs.fail}`}</Text>
      ) : null}
    </Text>
  );
}

/** GB in seven cells, of which the first is blank: thousands of them as TB. */
function inGb(bytes: number): string {
  const gb = String(Math.floor(bytes / gibibyte));
  return (gb.length > 6 ? `${Math.round(bytes / gibibyte / 1024)} TB` : gb).padStart(7);
}

function numbersOf(total: GroupTotal): string {
  if (total.sizeBytes === undefined) return '  not seen yet';
  if (total.sizeBytes === 0) return '  no such group';
  return `${inGb(total.sizeBytes)}${inGb(total.poolBytes)}${inGb(total.localBytes)}${inGb(total.leftBytes)}`;
}

function drawn(glyphs: Glyphs, total: GroupTotal, width: number): string {
  if (!total.sizeBytes || width < 4) return ' '.repeat(Math.max(0, width));
  const wanted = total.usedBytes + total.poolBytes + total.localBytes;
  const scale = width / Math.max(total.sizeBytes, wanted);
  const cells = (bytes: number): number => Math.round(bytes * scale);
  const used = cells(total.usedBytes);
  const pool = cells(total.usedBytes + total.poolBytes) - used;
  const all = cells(wanted);
  const over = all - Math.min(all, cells(total.sizeBytes));
  const local = Math.max(0, all - used - pool);
  const text =
    glyphs.bar.used.repeat(used) +
    glyphs.bar.pool.repeat(pool) +
    glyphs.bar.local.repeat(local) +
    glyphs.bar.free.repeat(Math.max(0, width - all));
  return over > 0 ? text.slice(0, width - over) + glyphs.bar.over.repeat(over) : text.slice(0, width);
}
