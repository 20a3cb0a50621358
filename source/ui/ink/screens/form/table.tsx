import { Box, Text } from 'ink';
import { memo, type ReactNode } from 'react';
import { fitted } from '../../../../text/width.ts';
import { Pointer } from '../../widgets/choice/choice.tsx';
import type { TextState } from '../../widgets/text/state.ts';
import { TextInput } from '../../widgets/text/text.tsx';
import { asciiText, markOf, tone } from '../../widgets/theme.ts';
import { useTheme } from '../../widgets/theme-context.ts';
import type { Cell } from './cell.ts';

type Columns = readonly { readonly id: string; readonly width: number }[];

/** `of`: how many columns there are; the end of the line says how many of them have no room. */
export function TableHead(props: {
  readonly columns: Columns;
  readonly of: number;
  readonly numbered: boolean;
}): ReactNode {
  const theme = useTheme();
  const heads = props.columns.map((column) => fitted(column.id, column.width));
  const more = props.of - heads.length;
  const text = asciiText(theme, [...heads, ...(more > 0 ? [`+${more}`] : [])].join('  '));
  return <Text wrap="truncate" {...tone(theme, 'quiet')}>{`${props.numbered ? '    # ' : '   '}${text}`}</Text>;
}

export function TableRow(props: {
  readonly number: number | undefined;
  readonly cells: readonly Cell[];
  readonly columns: Columns;
  readonly here: boolean;
  /** Id of the field under the pointer. */
  readonly focus: string | undefined;
  readonly editing: TextState | undefined;
}): ReactNode {
  return (
    <Box flexShrink={0} height={1} paddingLeft={1}>
      <Pointer here={props.here} />
      {props.number === undefined ? null : (
        <Box flexShrink={0}>
          <Text>{`${String(props.number).padStart(2)} `}</Text>
        </Box>
      )}
      {props.columns.map((column) => {
        const cell = props.cells.find((one) => one.id === column.id);
        const focused = props.here && cell?.field !== undefined && cell.field.id === props.focus;
        const editing = focused ? props.editing : undefined;
        return <TableCell key={column.id} cell={cell} width={column.width} focused={focused} editing={editing} />;
      })}
    </Box>
  );
}

/** Drawn again only where it changes: as the pointer moves, one cell of a row does. */
const TableCell = memo(function TableCell(props: {
  readonly cell: Cell | undefined;
  readonly width: number;
  readonly focused: boolean;
  readonly editing: TextState | undefined;
}): ReactNode {
  const { cell, width, focused, editing } = props;
  return (
    <Box width={width + 2} flexShrink={0}>
      {editing ? (
        <TextInput state={editing} width={width + 1} />
      ) : (
        <CellText cell={cell} width={width} focused={focused} />
      )}
    </Box>
  );
});

function CellText(props: {
  readonly cell: Cell | undefined;
  readonly width: number;
  readonly focused: boolean;
}): ReactNode {
  const theme = useTheme();
  const { cell } = props;
  const mark = cell?.mark ? `${markOf(theme, cell.mark)} ` : '';
  const text = asciiText(theme, fitted(mark + asciiText(theme, cell?.text ?? ''), props.width));
  if (!props.focused)
    return (
      <Text wrap="truncate" {...tone(theme, cell?.as ?? 'plain')}>
        {text}
      </Text>
    );
  if (theme.color)
    return (
      <Text wrap="truncate" inverse>
        {text}
      </Text>
    );
  // Without colour the cell under the pointer is in brackets.
  return <Text wrap="truncate">{`[${text}]`}</Text>;
}
