import type { ReactNode } from 'react';
import { fitMessages, problemMessages } from './fit-messages.ts';
import { Messages } from './messages.tsx';

/** What went wrong, with what to do: the first line marked; `m` shows what does not fit. */
export function Problem(props: {
  readonly lines: readonly string[];
  readonly width: number;
  readonly rows: number;
  /** How the whole of it is opened, where `m` is not the key. */
  readonly opens?: string | undefined;
}): ReactNode {
  const { lines, width, rows, opens } = props;
  return <Messages fitted={fitMessages(problemMessages(lines), width, Math.max(1, rows), opens)} />;
}
