import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { fitted } from '../../../../text/width.ts';
import { pairCell, pairText } from '../../../model/pair-cell.ts';
import { type AppBindings, next } from '../../store/event.ts';
import type { AppState, PairsOverlay } from '../../store/state.ts';
import { Line, Marked } from '../../widgets/line.tsx';
import { windowOf } from '../../widgets/table/window.ts';
import { asciiText, markOf, tone } from '../../widgets/theme.ts';
import { useTheme } from '../../widgets/theme-context.ts';

const namesOf = ({ preflight }: AppState): readonly string[] => preflight.site?.nodes.map(({ name }) => name) ?? [];
const answerAt = ({ preflight }: AppState, from: string, to: string) =>
  preflight.pairs.get(from)?.peers.find((peer) => peer.to === to);

/** Keys on the matrix of the pairs: one cell is asked again, or all. */
export function pairsKeys(state: AppState, overlay: PairsOverlay): AppBindings {
  const names = namesOf(state);
  const [from, to] = [names[overlay.row], names[overlay.column]];
  const moved = (row: number, column: number) => {
    const last = Math.max(0, names.length - 1);
    const at = (value: number) => Math.min(last, Math.max(0, value));
    return next({ ...state, overlay: { ...overlay, row: at(row), column: at(column) } });
  };
  const asking = { ...state, overlay: { ...overlay, asking: true } };
  const { row, column } = overlay;
  const ask =
    overlay.asking || from === undefined || to === undefined || from === to
      ? []
      : [
          {
            keys: ['enter'],
            label: 'check this pair again',
            dropOrder: 0,
            act: () => next(asking, { do: 'ask-pairs' as const, nodes: [from, to] as const }),
          },
        ];
  return [
    {
      keys: ['up', 'down'],
      label: 'from',
      dropOrder: 3,
      act: (key) => moved(row + (key.name === 'up' ? -1 : 1), column),
    },
    {
      keys: ['left', 'right'],
      label: 'to',
      dropOrder: 3,
      act: (key) => moved(row, column + (key.name === 'left' ? -1 : 1)),
    },
    ...ask,
    ...(overlay.asking
      ? []
      : [{ keys: ['r'], label: 'check all', dropOrder: 1, act: () => next(asking, { do: 'ask-pairs' as const }) }]),
    { keys: ['escape', 'q'], label: 'close', dropOrder: 0, act: () => next({ ...state, overlay: undefined }) },
  ];
}

export function PairsView(props: {
  readonly state: AppState;
  readonly overlay: PairsOverlay;
  readonly rows: number;
  readonly width: number;
}): ReactNode {
  const { state, overlay, rows, width } = props;
  const names = namesOf(state);
  const cells = Math.max(6, Math.min(16, Math.floor((width - 14) / Math.max(1, Math.min(names.length, 8))) - 2));
  const down = windowOf(names.length, overlay.row, Math.max(1, rows - 7));
  const across = windowOf(names.length, overlay.column, Math.max(1, Math.floor((width - 14) / (cells + 2))));
  const shown = names.slice(across.from, across.to);
  const cut = down.to - down.from < names.length || shown.length < names.length;
  const part = cut
    ? `, rows ${down.from + 1}-${down.to}, columns ${across.from + 1}-${across.to} of ${names.length}`
    : '';
  const here = answerAt(state, names[overlay.row] ?? '', names[overlay.column] ?? '');
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Line bold text={` From (row) to (column)${part}${overlay.asking ? ', asking' : ''}`} />
      <Line as="quiet" text={`  ${fitted('', 10)}  ${shown.map((name) => fitted(name, cells)).join('  ')}`} />
      {names.slice(down.from, down.to).map((from, at) => (
        <Row
          key={from}
          {...{ state, from, shown, cells }}
          column={down.from + at === overlay.row ? names[overlay.column] : undefined}
        />
      ))}
      <Line text="" />
      {here === undefined ? null : (
        <Marked mark="" text={pairText(names[overlay.row] ?? '', here)} as="quiet" width={width} />
      )}
    </Box>
  );
}

function Row(props: {
  readonly state: AppState;
  readonly from: string;
  readonly shown: readonly string[];
  readonly cells: number;
  /** The column under the pointer, in the row under it. */
  readonly column: string | undefined;
}): ReactNode {
  const theme = useTheme();
  return (
    <Box flexShrink={0} height={1}>
      <Text>{`  ${fitted(props.from, 10)}  `}</Text>
      {props.shown.map((to) => {
        const { grade, text } = pairCell(answerAt(props.state, props.from, to), props.from === to);
        const mark = grade === 'plain' ? '' : `${markOf(theme, grade)} `;
        const words = asciiText(theme, fitted(mark + text, props.cells));
        const shown = to === props.column ? `[${words.trimEnd()}]` : words;
        return (
          <Text key={to} wrap="truncate" {...tone(theme, grade === 'plain' ? 'quiet' : grade)}>
            {`${fitted(shown, props.cells + 2)}`}
          </Text>
        );
      })}
    </Box>
  );
}
