import { type AppBindings, next } from '../../store/event.ts';
import type { AppState } from '../../store/state.ts';
import { bodyColumns } from '../../widgets/layout.ts';
import { messagesPager } from '../overlay/messages-pager.ts';
import { formLayout } from './layout.ts';

/** `m` opens everything that the page says, where not all of it fits. */
export function messagesKey(state: AppState): AppBindings {
  const layout = formLayout(state);
  if (!layout?.fitted.cut) return [];
  const pager = () => messagesPager(layout.messages, bodyColumns(state.size));
  return [
    {
      keys: ['m'],
      label: 'whole messages',
      dropOrder: 0,
      act: () => next({ ...state, overlay: { kind: 'pager', pager: pager() } }),
    },
  ];
}
