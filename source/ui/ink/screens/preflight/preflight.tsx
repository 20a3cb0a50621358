import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { countChecks, countText } from '../../../../check/summary.ts';
import type { Finding } from '../../../../site/finding.ts';
import { durationClock } from '../../../../text/duration.ts';
import { cellsOf, clipped, fitted } from '../../../../text/width.ts';
import { textAt } from '../../../../wizard/draft/draft.ts';
import { draftNodes } from '../../../../wizard/draft/draft-nodes.ts';
import { fieldAt } from '../../../../wizard/pages.ts';
import { type AppState, viewOf } from '../../store/state.ts';
import { Pointer } from '../../widgets/choice/choice.tsx';
import { fitMessages } from '../../widgets/fit-messages.ts';
import { Line } from '../../widgets/line.tsx';
import { Messages } from '../../widgets/messages.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { type ColumnWish, fitColumns, nodeColumns, nodeHeads } from '../../widgets/table/columns.ts';
import { LeftOut } from '../../widgets/table/left-out.tsx';
import { windowOf } from '../../widgets/table/window.ts';
import { asciiText, markOf, tone } from '../../widgets/theme.ts';
import { useTheme } from '../../widgets/theme-context.ts';
import { type GridRow, gridRows, shownRows } from './grid.ts';
import { findingMessages } from './keys.ts';

export function PreflightPage(props: {
  readonly state: AppState;
  readonly rows: number;
  readonly width: number;
}): ReactNode {
  const { preflight } = props.state;
  if (preflight.problem.length > 0) return <Problem lines={preflight.problem} width={props.width} rows={props.rows} />;
  if (preflight.open.length > 0) return <Open {...props} />;
  if (preflight.findings === undefined) return <Asking {...props} />;
  return <Grid {...props} />;
}

function Asking(props: { readonly state: AppState }): ReactNode {
  const { preflight, now } = props.state;
  return (
    <Box flexDirection="column" paddingTop={1} flexShrink={0}>
      <Line bold text={askingWords(preflight)} />
      <Line as="quiet" text={preflight.asking ? ` ${durationClock(now - preflight.since)}` : ' r starts it.'} />
    </Box>
  );
}

function askingWords({ asking, waiting }: AppState['preflight']): string {
  if (waiting) return ' Connecting to every node first.';
  return asking ? ' Checking every node.' : ' Not checked yet.';
}

/** What keeps the answers from being a site: each with the way to its field. */
function Open(props: { readonly state: AppState; readonly rows: number; readonly width: number }): ReactNode {
  const theme = useTheme();
  const { open, row } = props.state.preflight;
  const shown = windowOf(open.length, row, props.rows - 4);
  return (
    <Box flexDirection="column" paddingTop={1} flexShrink={0}>
      <Line bold text={` ${open.length} ${open.length === 1 ? 'answer is' : 'answers are'} missing or invalid`} />
      <Line text="" />
      {open.slice(shown.from, shown.to).map((finding, at) => (
        <Box key={`${finding.field?.join('.') ?? ''}${finding.reason}`} flexShrink={0} height={1} paddingLeft={1}>
          <Pointer here={shown.from + at === row} />
          <Text wrap="truncate" {...tone(theme, 'fail')}>
            {clipped(asciiText(theme, `${theme.glyphs.fail} ${openText(props.state, finding)}`), props.width - 4)}
          </Text>
        </Box>
      ))}
      <LeftOut shown={shown} />
    </Box>
  );
}

/** `Site · DNS name: …`: the page and the field come first. */
function openText(state: AppState, { field, nodes, reason }: Finding): string {
  const place = field && fieldAt(field, viewOf(state));
  const label = place?.field?.label;
  const where = place ? [place.page.title, label].filter(Boolean).join(' · ') : '';
  const why = label !== undefined && reason.startsWith(`${label}: `) ? reason.slice(label.length + 2) : reason;
  return [where, nodes.join(', '), why].filter(Boolean).join(': ');
}

function Grid(props: { readonly state: AppState; readonly rows: number; readonly width: number }): ReactNode {
  const { state, width } = props;
  const rows = gridRows(state.preflight.findings ?? [], state.preflight.help);
  const shown = shownRows(rows, state.preflight.all);
  const row = Math.min(state.preflight.row, Math.max(0, shown.length - 1));
  const here = shown[row];
  const detail = props.rows >= 14 ? 6 : 3;
  const view = windowOf(shown.length, row, Math.max(2, props.rows - detail - (props.rows >= 14 ? 5 : 4)));
  const nodes = draftNodes(state.draft).map((node) => textAt(node, ['name']));
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Line bold text={summaryOf(state.preflight.findings ?? [])} />
      {props.rows >= 14 ? <Line text="" /> : null}
      <GridLines shown={shown.slice(view.from, view.to)} from={view.from} row={row} nodes={nodes} width={width} />
      <LeftOut shown={view} />
      {state.preflight.all || rows.length === shown.length ? null : <Line as="quiet" text="   a shows all checks." />}
      <Line text="" />
      {here ? <Detail row={here} width={width} most={detail} /> : null}
    </Box>
  );
}

function summaryOf(findings: readonly Finding[]): string {
  const count = countChecks(findings);
  return ` ${countText(count)}${count.passed === count.checks ? '. n continues.' : ''}`;
}

function GridLines(props: {
  readonly shown: readonly GridRow[];
  readonly from: number;
  readonly row: number;
  readonly nodes: readonly string[];
  readonly width: number;
}): ReactNode {
  const theme = useTheme();
  const perNode = props.shown.filter((row) => row.about === 'node');
  const here = props.shown[props.row - props.from];
  const worst = props.nodes.find((node) => ['fail', 'warn'].includes(here?.cells.get(node)?.grade ?? ''));
  const wishes = gridColumns(props.shown, perNode, props.nodes, worst);
  const columns = fitColumns(wishes, props.width - 4, worst === undefined ? undefined : `@${worst}`);
  const heads = nodeHeads(columns, props.nodes);
  return (
    <>
      {perNode.length > 0 ? (
        <Text wrap="truncate" {...tone(theme, 'quiet')}>
          {`   ${columns.map(({ width }, at) => fitted(heads[at] ?? '', width)).join('  ')}`}
        </Text>
      ) : null}
      {props.shown.map((row, at) => (
        <Box key={row.check + row.title} flexShrink={0} height={1} paddingLeft={1}>
          <Pointer here={props.from + at === props.row} />
          {row.about === 'node' ? (
            columns.map((column) => <GridCell key={column.id} row={row} column={column} />)
          ) : (
            <WholeRow row={row} width={props.width} />
          )}
        </Box>
      ))}
    </>
  );
}

/** Title, what is wanted, and a column for each node, as wide as the rows shown need. */
function gridColumns(
  shown: readonly GridRow[],
  perNode: readonly GridRow[],
  nodes: readonly string[],
  worst: string | undefined,
): ColumnWish[] {
  const titles = Math.min(30, Math.max(12, ...perNode.map((row) => cellsOf(row.title))));
  const wanted = Math.min(22, Math.max(0, ...shown.map((row) => cellsOf(row.wanted))));
  const nodeWidth = (node: string): number =>
    Math.max(node.length, ...shown.map((row) => cellsOf(row.cells.get(node)?.seen ?? '') + 2));
  return [
    { id: 'title', width: titles, least: Math.min(titles, 22), dropOrder: 0 },
    ...(wanted > 0 ? [{ id: 'wanted', width: wanted, least: Math.min(wanted, 12), dropOrder: 2 }] : []),
    ...nodeColumns(nodes, worst, (node) => ({
      width: Math.min(16, nodeWidth(node)),
      least: Math.min(6, node.length + 2),
    })),
  ];
}

/** A pair's or the site's row needs no columns. */
function WholeRow(props: { readonly row: GridRow; readonly width: number }): ReactNode {
  const theme = useTheme();
  const { row } = props;
  const seen = [...row.cells.values()].map((one) => one.seen).join(' ');
  return (
    <Text wrap="truncate" {...tone(theme, row.grade === 'pass' ? 'plain' : row.grade)}>
      {clipped(asciiText(theme, `${markOf(theme, row.grade)} ${row.title}  ${seen}`), props.width - 4)}
    </Text>
  );
}

function GridCell(props: {
  readonly row: GridRow;
  readonly column: { readonly id: string; readonly width: number };
}): ReactNode {
  const theme = useTheme();
  const { row, column } = props;
  const text = (value: string): string => `${fitted(asciiText(theme, value), column.width)}  `;
  if (column.id === 'title')
    return (
      <Text wrap="truncate" {...tone(theme, row.grade === 'pass' ? 'plain' : row.grade)}>
        {text(row.title)}
      </Text>
    );
  if (column.id === 'wanted')
    return (
      <Text wrap="truncate" {...tone(theme, 'quiet')}>
        {text(row.wanted)}
      </Text>
    );
  const seen = row.cells.get(column.id.slice(1));
  if (!seen) return <Text>{text('')}</Text>;
  return (
    <Text wrap="truncate" {...tone(theme, seen.grade)}>
      {text(`${markOf(theme, seen.grade)} ${seen.seen}`)}
    </Text>
  );
}

/** What the check found; `m` shows it whole where it does not fit. */
function Detail(props: { readonly row: GridRow; readonly width: number; readonly most: number }): ReactNode {
  return <Messages fitted={fitMessages(findingMessages(props.row.findings), props.width, props.most)} />;
}
