import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { cellsOf } from '../../../../text/width.ts';
import type { WizardView } from '../../../../wizard/page.ts';
import { type FormPlace, formPlace, withEditorText } from '../../store/edit.ts';
import type { FormLine } from '../../store/focus.ts';
import { type AppState, viewOf } from '../../store/state.ts';
import { Pointer } from '../../widgets/choice/choice.tsx';
import { Line } from '../../widgets/line.tsx';
import { fitColumns } from '../../widgets/table/columns.ts';
import { windowOf } from '../../widgets/table/window.ts';
import { TextInput } from '../../widgets/text/text.tsx';
import { useTheme } from '../../widgets/theme.ts';
import { Bars, barRows } from './bars.tsx';
import { type Cell, columnWishes, rowCells } from './cells.ts';
import { FieldLine } from './field-line.tsx';
import { Panel, said, saidHeight } from './panel.tsx';
import { TableHead, TableRow } from './table.tsx';

/** One of the five pages of questions, in `rows` lines of `width` cells. */
export function FormPage(props: {
  readonly state: AppState;
  readonly rows: number;
  readonly width: number;
}): ReactNode {
  const theme = useTheme();
  const { state, rows, width } = props;
  const place = formPlace(state);
  if (!place) return null;
  // What is being typed counts at once in totals and notes.
  const live = withEditorText(state);
  const view = viewOf(live);
  const list = said(state, place, view);
  const bars = place.page.id === 'storage' ? barRows(view, rows) : 0;
  const head = place.lines.some((line) => line.kind === 'row') ? 1 : 0;
  const intro = rows >= 14 ? 3 : 1;
  const room = rows - intro - bars - head - 1;
  const wanted =
    state.editor?.kind === 'choice' ? 7 : list.reduce((sum, one) => sum + saidHeight(theme, one, width), 0);
  const panel = Math.min(Math.max(4, wanted), Math.max(4, room - place.lines.length - 2), Math.max(2, room - 3));
  return (
    <Box flexDirection="column" flexShrink={0}>
      {intro > 1 ? <Line text="" /> : null}
      <Line text={` ${place.page.intro}`} bold />
      {intro > 1 ? <Line text="" /> : null}
      {bars > 0 ? <Bars view={view} rows={bars} width={width} /> : null}
      <Lines state={state} place={place} view={view} rows={room - panel} width={width} />
      <Line text="" />
      <Panel state={state} list={list} rows={panel} width={width} />
    </Box>
  );
}

function Lines(props: {
  readonly state: AppState;
  readonly place: FormPlace;
  readonly view: WizardView;
  readonly rows: number;
  readonly width: number;
}): ReactNode {
  const { state, place, view, width } = props;
  const shown = windowOf(place.lines.length, place.focus.line, props.rows);
  const cells = new Map<FormLine, readonly Cell[]>();
  for (const line of place.lines) if (line.kind === 'row') cells.set(line, rowCells(place.page.id, line, state, view));
  const numbered = place.page.rows !== undefined;
  const columns = fitColumns(columnWishes([...cells.values()]), width - (numbered ? 7 : 4), place.field?.label);
  const visible = place.lines.slice(shown.from, shown.to);
  const firstRow = visible.findIndex((line) => line.kind === 'row');
  const isTable = (line: FormLine | undefined): boolean => line?.kind !== 'field';
  // A blank line between table and fields, where there is room to spare.
  const roomy = place.lines.length + 2 <= props.rows;
  return (
    <>
      {visible.map((line, at) => (
        <Box key={keyOf(line)} flexDirection="column" flexShrink={0}>
          {roomy && at > 0 && isTable(line) !== isTable(visible[at - 1]) ? <Line text="" /> : null}
          {at === firstRow ? <TableHead columns={columns} numbered={numbered} /> : null}
          <OneLine
            {...props}
            line={line}
            columns={columns}
            cells={cells.get(line) ?? []}
            here={shown.from + at === place.focus.line}
          />
        </Box>
      ))}
      {shown.below > 0 ? <Line as="quiet" text={`    ${shown.below} more below`} /> : null}
    </>
  );
}

const keyOf = (line: FormLine): string =>
  line.kind === 'row' ? `row${line.row}` : line.kind === 'add' ? 'add' : line.field.id;

function OneLine(props: {
  readonly state: AppState;
  readonly place: FormPlace;
  readonly view: WizardView;
  readonly width: number;
  readonly line: FormLine;
  readonly cells: readonly Cell[];
  readonly columns: readonly { readonly id: string; readonly width: number }[];
  readonly here: boolean;
}): ReactNode {
  const { line, here, place } = props;
  const { editor } = props.state;
  const editing = here && editor?.kind === 'text' ? editor.text : undefined;
  if (line.kind === 'add') return <AddLine state={props.state} here={here} width={props.width} />;
  if (line.kind === 'row') {
    const number = place.page.rows ? Number(line.row) + 1 : undefined;
    return (
      <TableRow
        number={number}
        cells={props.cells}
        columns={props.columns}
        here={here}
        focus={place.field?.id}
        editing={editing}
      />
    );
  }
  const labels = Math.min(
    24 + Math.max(0, props.width - 80),
    Math.max(...place.lines.map((one) => (one.kind === 'field' ? cellsOf(one.field.label) : 0))),
  );
  // A column of labels may take half of a narrow screen, no more.
  return (
    <FieldLine
      field={line.field}
      view={props.view}
      labels={Math.max(labels, Math.min(Math.floor(props.width / 2), longest(place)))}
      width={props.width}
      here={here}
      editing={editing}
    />
  );
}

function longest(place: FormPlace): number {
  return Math.max(...place.lines.map((line) => (line.kind === 'field' ? cellsOf(line.field.label) : 0)));
}

function AddLine(props: { readonly state: AppState; readonly here: boolean; readonly width: number }): ReactNode {
  const { editor } = props.state;
  return (
    <Box flexShrink={0} height={1} paddingLeft={1}>
      <Pointer here={props.here} />
      <Text>{' + '}</Text>
      {editor?.kind === 'add' ? (
        <TextInput state={editor.text} width={Math.max(10, props.width - 10)} />
      ) : (
        <Line as="quiet" text="add: an address, a name, or a range such as 10.0.4.25-27" />
      )}
    </Box>
  );
}
