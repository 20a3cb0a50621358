import { Box } from 'ink';
import type { ReactNode } from 'react';
import {
  cellSteps,
  isSettled,
  type RunGroup,
  type StepState,
  type StepView,
  worstState,
} from '../../../../engine/view/view.ts';
import { durationClock } from '../../../../text/duration.ts';
import { cellsOf, fitted } from '../../../../text/width.ts';
import { isUnread, type RunScreen, type RunState, stepHere } from '../../store/run-state.ts';
import { Line, SpansLine } from '../../widgets/line.tsx';
import { Pager } from '../../widgets/pager/pager.tsx';
import type { Spans } from '../../widgets/spans.ts';
import { fitColumns, nodeColumns, nodeHeads } from '../../widgets/table/columns.ts';
import { LeftOut } from '../../widgets/table/left-out.tsx';
import { leftOut, rowsAround, windowOf } from '../../widgets/table/window.ts';
import { asciiText, type Glyphs, type Theme, type Tone } from '../../widgets/theme.ts';
import { useTheme } from '../../widgets/theme-context.ts';
import { StepPanel } from './panel.tsx';
import { unreadLine } from './unread.ts';

/** The run, or the text that lies over it. */
export function RunBody(props: {
  readonly screen: RunScreen;
  readonly rows: number;
  readonly width: number;
  readonly tick: number;
}): ReactNode {
  const theme = useTheme();
  const { run, now, pager } = props.screen;
  if (pager) return <Pager state={pager.pager} width={props.width} rows={props.rows} />;
  if (isUnread(props.screen)) return <SpansLine spans={unreadLine(theme)} />;
  return <RunPage run={run} rows={props.rows} width={props.width} now={now + run.ahead} tick={props.tick} />;
}

/** Steps by nodes above, the step in focus below. `tick` turns the one spinner of the screen. */
function RunPage(props: {
  readonly run: RunState;
  readonly rows: number;
  readonly width: number;
  readonly now: number;
  readonly tick: number;
}): ReactNode {
  const { run, width } = props;
  const step = stepHere(run);
  const small = props.rows < 12;
  const lower = small ? 4 : Math.min(12, Math.floor(props.rows * 0.45));
  const groups = run.view.groups;
  // On a small screen the head says what is left out, so that the line is one of the grid.
  const shown = (small ? rowsAround : windowOf)(groups.length, run.row, props.rows - lower - 1);
  const more = leftOut(small && shown.below > 0 ? { ...shown, above: 0 } : shown) ?? '';
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Grid {...props} groups={groups.slice(shown.from, shown.to)} from={shown.from} corner={small ? more : ''} />
      {small ? null : <LeftOut shown={shown} />}
      {step ? <StepPanel step={step} rows={lower} width={width} now={props.now} /> : null}
    </Box>
  );
}

function Grid(props: {
  readonly run: RunState;
  readonly groups: readonly RunGroup[];
  readonly from: number;
  /** Over the titles. */
  readonly corner: string;
  readonly width: number;
  readonly now: number;
  readonly tick: number;
}): ReactNode {
  const theme = useTheme();
  const { run } = props;
  const [title, ...nodes] = gridColumns(run, props.groups, props.width - 4);
  const heads = nodeHeads(nodes, run.view.nodes);
  const head = nodes.map((column, at) => fitted(heads[at] ?? '', column.width)).join('  ');
  const grid = { ...props, theme, title: title?.width ?? 0, nodes };
  return (
    <>
      <Line as="quiet" text={`   ${fitted(props.corner, grid.title)}  ${head}`} />
      {props.groups.map((group, at) => (
        <SpansLine key={group.title} spans={groupLine(grid, group, props.from + at === run.row)} />
      ))}
    </>
  );
}

/** The titles first, then the nodes that fit. */
function gridColumns({ view, column }: RunState, groups: readonly RunGroup[], width: number) {
  const titles = Math.min(34, Math.max(12, ...groups.map((group) => cellsOf(group.title) + 2)));
  const focus = view.nodes[column];
  return fitColumns(
    [
      { id: 'title', width: titles, least: Math.min(titles, 20), dropOrder: 0 },
      ...nodeColumns(view.nodes, focus, (node) => ({ width: Math.max(9, Math.min(14, cellsOf(node))) })),
    ],
    width,
    focus === undefined ? undefined : `@${focus}`,
  );
}

interface GridLook {
  readonly run: RunState;
  readonly theme: Theme;
  /** Cells for the titles. */
  readonly title: number;
  readonly nodes: readonly { readonly id: string; readonly width: number }[];
  readonly width: number;
  readonly now: number;
  readonly tick: number;
}

/** A row of the grid. One line, not a box a cell: laying out the boxes of 20 nodes took longer than all the rest of a frame. */
function groupLine(grid: GridLook, group: RunGroup, here: boolean): Spans {
  const { run, theme, title } = grid;
  const all = [...group.steps.keys()].flatMap((node) => cellSteps(run.view, group, node));
  const state = worstState(all) ?? 'queued';
  const focus = run.view.nodes[run.column];
  const nodes = group.steps.size === 1 && group.steps.has(undefined) ? [] : grid.nodes;
  const taken = 5 + title + nodes.reduce((sum, { width }) => sum + width + 2, 0);
  return [
    { text: here ? ` ${theme.glyphs.pointer} ` : '   ', as: theme.ascii ? 'plain' : 'accent' },
    { text: `${glyphOf(theme, state, grid.tick)} `, as: toneOf(state) },
    { text: `${fitted(asciiText(theme, group.title), title - 2)}  `, as: 'plain', bold: here },
    ...nodes.flatMap(({ id, width }) => {
      const node = id.slice(1);
      return nodeCell(grid, cellSteps(run.view, group, node), width, here && node === focus);
    }),
    ...clusterCell(grid, cellSteps(run.view, group, undefined), grid.width - taken),
  ];
}

/** Steps of the cluster stand under no node: where there is room, their cell says so. */
function clusterCell({ theme, now }: GridLook, steps: readonly StepView[], room: number): Spans {
  const state = worstState(steps);
  if (state === undefined) return [];
  const words = cellWords(theme, steps, now);
  const label = asciiText(theme, ' · cluster');
  const fits = cellsOf(words + label) <= room;
  return [{ text: words, as: toneOf(state) }, ...(fits ? [{ text: label, as: 'quiet' as const }] : [])];
}

function nodeCell({ theme, now }: GridLook, steps: readonly StepView[], width: number, here: boolean): Spans {
  return [
    {
      text: fitted(cellWords(theme, steps, now), width),
      as: toneOf(worstState(steps) ?? 'skipped'),
      underline: here && steps.length > 0 && theme.color,
    },
    { text: '  ', as: 'plain' },
  ];
}

function toneOf(state: StepState): Tone {
  if (state === 'failed' || state === 'undo-failed') return 'fail';
  if (state === 'running' || state === 'undoing') return 'running';
  if (state === 'undone') return 'warn';
  return state === 'changed' ? 'pass' : 'quiet';
}

function glyphOf(theme: Theme, state: StepState, tick: number): string {
  const { glyphs } = theme;
  if (state === 'running' || state === 'undoing') return glyphs.spinner[tick % glyphs.spinner.length] ?? glyphs.running;
  return stateGlyph(glyphs, state);
}

function stateGlyph(glyphs: Glyphs, state: StepState): string {
  if (state === 'failed' || state === 'undo-failed') return glyphs.fail;
  if (state === 'changed' || state === 'already') return glyphs.pass;
  if (state === 'skipped') return glyphs.none;
  if (state === 'undone') return glyphs.warn;
  return state === 'queued' ? glyphs.todo : glyphs.running;
}

/** A cell: `✓ 48 s`, `… 62%`, `○`, and `○ 2 of 5` between its steps. */
function cellWords(theme: Theme, steps: readonly StepView[], now: number): string {
  const state = worstState(steps);
  if (state === undefined) return '';
  const mark = stateGlyph(theme.glyphs, state);
  const running = steps.find((step) => step.state === 'running' || step.state === 'undoing');
  if (running?.fraction !== undefined) return `${mark} ${Math.round(running.fraction * 100)}%`;
  if (running?.startedAt !== undefined) return `${mark} ${durationClock(now - running.startedAt)}`;
  if (state === 'failed' || state === 'undo-failed') return `${mark} failed`;
  const done = steps.filter((step) => isSettled(step.state)).length;
  if (state === 'queued' && done > 0) return `${mark} ${done} of ${steps.length}`;
  const spent = steps.reduce((sum, step) => sum + (step.state === 'changed' ? (step.durationMs ?? 0) : 0), 0);
  if (state === 'changed' && spent >= 1000) return `${mark} ${durationClock(spent)}`;
  if (state === 'already') return `${mark} there`;
  return mark;
}
