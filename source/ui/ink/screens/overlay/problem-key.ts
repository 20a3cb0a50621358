import { type AppBindings, next } from '../../store/event.ts';
import type { AppState } from '../../store/state.ts';
import { fitMessages, problemMessages } from '../../widgets/fit-messages.ts';
import { bodyColumns } from '../../widgets/layout.ts';
import { messagesPager } from './messages-pager.ts';

/** `m` opens a failure in full, where not all of it fits in `rows` lines. */
export function problemKey(state: AppState, lines: readonly string[], rows: number): AppBindings {
  const [messages, width] = [problemMessages(lines), bodyColumns(state.size)];
  if (lines.length === 0 || !fitMessages(messages, width, rows).cut) return [];
  const act = () => next({ ...state, overlay: { kind: 'pager', pager: messagesPager(messages, width) } as const });
  return [{ keys: ['m'], label: 'whole message', dropOrder: 0, act }];
}
