import { wrapped } from '../../../text/width.ts';
import { type Bindings, helpOfKeys } from '../widgets/bindings.ts';
import { pagerBindings, textBindings } from '../widgets/field.ts';
import { type PagerLine, type PagerState, pagerOf, pagerWidth } from '../widgets/pager/state.ts';

export interface Help {
  readonly title: string;
  readonly text: string;
  /** Whether something is typed there. */
  readonly typing: boolean;
}

/** A help: what is focused, the keys of the screen, those of a line of text where one is typed there, and of a long text. */
export function helpPager<Result>(
  { title, text, typing }: Help,
  bindings: Bindings<Result>,
  columns: number,
): PagerState {
  const section = (head: string, lines: readonly string[]): readonly PagerLine[] => [
    { text: '' },
    { text: head, tone: 'accent', head: true },
    ...lines.map((line) => ({ text: `  ${line}` })),
  ];
  const typed = textBindings({ text: 'x', cursor: 1, initial: '' }, () => undefined);
  const lines = ['', '', ''].map((line) => ({ text: line }));
  const long = pagerBindings({ ...pagerOf('', lines, columns), top: 1 }, 1, () => undefined);
  return pagerOf(
    title,
    [
      ...wrapped(text, pagerWidth(columns)).map((line) => ({ text: line })),
      ...section('Keys here', helpOfKeys(bindings)),
      ...(typing ? section('While typing', helpOfKeys(typed)) : []),
      ...section('In a long text', helpOfKeys(long)),
    ],
    columns,
  );
}
