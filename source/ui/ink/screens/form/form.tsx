import { Box, Text } from 'ink';
import { memo, type ReactNode, useMemo } from 'react';
import { defined } from '../../../../text/defined.ts';
import { cellsOf } from '../../../../text/width.ts';
import type { WizardView } from '../../../../wizard/page.ts';
import { type FormPlace, fieldById } from '../../store/edit.ts';
import type { FormLine } from '../../store/focus.ts';
import type { AppState, Editor } from '../../store/state.ts';
import { Choice, Pointer } from '../../widgets/choice/choice.tsx';
import { Line } from '../../widgets/line.tsx';
import { Messages } from '../../widgets/messages.tsx';
import { fitColumns } from '../../widgets/table/columns.ts';
import { LeftOut } from '../../widgets/table/left-out.tsx';
import { windowOf } from '../../widgets/table/window.ts';
import { TextInput } from '../../widgets/text/text.tsx';
import { Bars } from './bars.tsx';
import type { Cell } from './cell.ts';
import { FieldLine } from './field-line.tsx';
import { type FormLayout, formLayout } from './layout.ts';
import { pageTable } from './page-table.ts';
import { TableHead, TableRow } from './table.tsx';

/** A page of questions, in `width` cells. */
export function FormPage(props: { readonly state: AppState; readonly width: number }): ReactNode {
  const { state, width } = props;
  const layout = formLayout(state);
  if (!layout) return null;
  const { place, view, roomy, bars } = layout;
  return (
    <Box flexDirection="column" flexShrink={0}>
      {roomy ? <Line text="" /> : null}
      <Line text={` ${place.page.intro}`} bold />
      {roomy ? <Line text="" /> : null}
      {bars > 0 ? <Bars view={view} rows={bars} width={width} /> : null}
      <Lines state={state} place={place} view={view} rows={layout.lines} width={width} />
      <Line text="" />
      <Panel state={state} layout={layout} width={width} />
    </Box>
  );
}

/** Under the form: the choices of the open field, else what the page says. */
function Panel(props: { readonly state: AppState; readonly layout: FormLayout; readonly width: number }): ReactNode {
  const { editor } = props.state;
  if (editor?.kind !== 'choice') return <Messages fitted={props.layout.fitted} />;
  const choices = fieldById(props.state, editor.field)?.choices ?? [];
  const rows = choices.map(({ value, label, hint, unusable }) => ({
    key: value,
    label,
    ...defined({ hint, unusable }),
  }));
  return <Choice rows={rows} index={editor.choice.index} height={props.layout.panel - 1} width={props.width} />;
}

function Lines(props: {
  readonly state: AppState;
  readonly place: FormPlace;
  readonly view: WizardView;
  readonly rows: number;
  readonly width: number;
}): ReactNode {
  const { state, place, view, width } = props;
  const { lines, focus, field } = place;
  const shown = windowOf(lines.length, focus.line, props.rows);
  const { cells, wishes } = pageTable(place, state, view);
  const numbered = place.page.rows !== undefined;
  const room = width - (numbered ? 7 : 4);
  const columns = useMemo(() => fitColumns(wishes, room, field?.label), [wishes, room, field?.label]);
  const visible = lines.slice(shown.from, shown.to);
  const firstRow = visible.findIndex((line) => line.kind === 'row');
  const isTable = (line: FormLine | undefined): boolean => line?.kind !== 'field';
  // A blank line between table and fields, where there is room to spare.
  const roomy = lines.length + 2 <= props.rows;
  const shared = { view, width, columns, numbered, labels: labelWidth(place, width) };
  return (
    <>
      {visible.map((line, at) => {
        const here = shown.from + at === focus.line;
        return (
          <OneLine
            key={keyOf(line)}
            {...shared}
            line={line}
            cells={cells.get(line)}
            blank={roomy && at > 0 && isTable(line) !== isTable(visible[at - 1])}
            heads={at === firstRow ? wishes.length : undefined}
            focus={here ? field?.id : undefined}
            here={here}
            editor={here || line.kind === 'add' ? state.editor : undefined}
          />
        );
      })}
      <LeftOut shown={shown} />
    </>
  );
}

const keyOf = (line: FormLine): string =>
  line.kind === 'row' ? `row${line.row}` : line.kind === 'add' ? 'add' : line.field.id;

interface LineProps {
  readonly view: WizardView;
  readonly width: number;
  readonly columns: readonly { readonly id: string; readonly width: number }[];
  readonly numbered: boolean;
  readonly labels: number;
  readonly line: FormLine;
  readonly cells: readonly Cell[] | undefined;
  /** A blank line stands above it. */
  readonly blank: boolean;
  /** The head of the table stands above it: of so many columns. */
  readonly heads: number | undefined;
  readonly focus: string | undefined;
  readonly here: boolean;
  readonly editor: Editor | undefined;
}

/** A line with what stands above it. Drawn again only where something of it changes: most lines stay as they are at a key. */
const OneLine = memo(function OneLine(props: LineProps): ReactNode {
  const { columns, numbered, blank, heads } = props;
  return (
    <Box flexDirection="column" flexShrink={0}>
      {blank ? <Line text="" /> : null}
      {heads === undefined ? null : <TableHead columns={columns} of={heads} numbered={numbered} />}
      <LineItself {...props} />
    </Box>
  );
});

function LineItself(props: LineProps): ReactNode {
  const { line, here, editor } = props;
  const editing = here && editor?.kind === 'text' ? editor.text : undefined;
  if (line.kind === 'add') return <AddLine editor={editor} here={here} width={props.width} />;
  if (line.kind === 'row')
    return (
      <TableRow
        number={props.numbered ? Number(line.row) + 1 : undefined}
        cells={props.cells ?? []}
        columns={props.columns}
        here={here}
        focus={props.focus}
        editing={editing}
      />
    );
  return (
    <FieldLine
      field={line.field}
      view={props.view}
      labels={props.labels}
      width={props.width}
      here={here}
      editing={editing}
    />
  );
}

/** Cells for the column of labels: half of a narrow screen, no more. */
function labelWidth(place: FormPlace, width: number): number {
  const longest = Math.max(...place.lines.map((line) => (line.kind === 'field' ? cellsOf(line.field.label) : 0)));
  return Math.min(longest, Math.max(24 + Math.max(0, width - 80), Math.floor(width / 2)));
}

function AddLine(props: {
  readonly editor: Editor | undefined;
  readonly here: boolean;
  readonly width: number;
}): ReactNode {
  const { editor } = props;
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
