import { Box, Text } from 'ink';
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
import { Pointer } from '../../widgets/choice/choice.tsx';
import { SpansLine } from '../../widgets/line.tsx';
import { Pager } from '../../widgets/pager/pager.tsx';
import { fitColumns, nodeColumns, nodeHeads } from '../../widgets/table/columns.ts';
import { LeftOut } from '../../widgets/table/left-out.tsx';
import { leftOut, rowsAround, windowOf } from '../../widgets/table/window.ts';
import { asciiText, type Glyphs, type Theme, type Tone, tone } from '../../widgets/theme.ts';
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
  return (
    <>
      <Text wrap="truncate" {...tone(theme, 'quiet')}>
        {`   ${fitted(props.corner, title?.width ?? 0)}  ${nodes.map((column, at) => fitted(heads[at] ?? '', column.width)).join('  ')}`}
      </Text>
      {props.groups.map((group, at) => (
        <GroupRow
          key={group.title}
          {...props}
          group={group}
          here={props.from + at === run.row}
          title={title?.width ?? 0}
          nodes={nodes}
        />
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

function GroupRow(props: {
  readonly run: RunState;
  readonly group: RunGroup;
  readonly here: boolean;
  readonly title: number;
  readonly nodes: readonly { readonly id: string; readonly width: number }[];
  readonly width: number;
  readonly now: number;
  readonly tick: number;
}): ReactNode {
  const theme = useTheme();
  const { run, group } = props;
  const all = [...group.steps.keys()].flatMap((node) => cellSteps(run.view, group, node));
  const state = worstState(all) ?? 'queued';
  const focus = run.view.nodes[run.column];
  const nodes = group.steps.size === 1 && group.steps.has(undefined) ? [] : props.nodes;
  const taken = 5 + props.title + nodes.reduce((sum, { width }) => sum + width + 2, 0);
  return (
    <Box flexShrink={0} height={1} paddingLeft={1}>
      <Pointer here={props.here} />
      <Text {...tone(theme, toneOf(state))}>{`${glyphOf(theme, state, props.tick)} `}</Text>
      <Text bold={props.here}>{`${fitted(asciiText(theme, group.title), props.title - 2)}  `}</Text>
      {nodes.map(({ id, width }) => (
        <NodeCell
          key={id}
          steps={cellSteps(run.view, group, id.slice(1))}
          width={width}
          here={props.here && id.slice(1) === focus}
          now={props.now}
        />
      ))}
      <ClusterCell steps={cellSteps(run.view, group, undefined)} room={props.width - taken} now={props.now} />
    </Box>
  );
}

/** Steps of the cluster stand under no node: where there is room, their cell says so. */
function ClusterCell(props: { readonly steps: readonly StepView[]; readonly room: number; readonly now: number }) {
  const theme = useTheme();
  const state = worstState(props.steps);
  if (state === undefined) return null;
  const words = cellWords(theme, props.steps, props.now);
  const label = asciiText(theme, ' · cluster');
  const fits = cellsOf(words + label) <= props.room;
  return (
    <Text wrap="truncate" {...tone(theme, toneOf(state))}>
      {words}
      {fits ? <Text {...tone(theme, 'quiet')}>{label}</Text> : null}
    </Text>
  );
}

function NodeCell(props: {
  readonly steps: readonly StepView[];
  readonly width: number;
  readonly here: boolean;
  readonly now: number;
}): ReactNode {
  const theme = useTheme();
  const { steps } = props;
  const as = toneOf(worstState(steps) ?? 'skipped');
  return (
    <Text wrap="truncate">
      <Text {...tone(theme, as)} underline={props.here && steps.length > 0 && theme.color}>
        {fitted(cellWords(theme, steps, props.now), props.width)}
      </Text>
      {'  '}
    </Text>
  );
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
