import type { ReactNode } from 'react';
import { fitMessages, problemMessages } from './fit-messages.ts';
import { Messages } from './messages.tsx';

/** What went wrong, with what to do: the first line marked; `m` shows what does not fit. */
export function Problem(props: {
  readonly lines: readonly string[];
  readonly width: number;
  readonly rows: number;
}): ReactNode {
  return <Messages fitted={fitMessages(problemMessages(props.lines), props.width, Math.max(1, props.rows))} />;
}
