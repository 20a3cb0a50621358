import type { ReactNode } from 'react';
import { Marked } from './line.tsx';
import { useTheme } from './theme-context.ts';

/** What went wrong, with what to do: the first line marked. */
export function Problem(props: {
  readonly lines: readonly string[];
  readonly width: number;
  readonly rows: number;
}): ReactNode {
  const theme = useTheme();
  return props.lines
    .slice(0, Math.max(1, props.rows))
    .map((line, index) => (
      <Marked
        key={line}
        mark={index === 0 ? theme.glyphs.fail : ' '}
        text={line}
        as={index === 0 ? 'fail' : 'plain'}
        width={props.width}
      />
    ));
}
