import { showHostKey } from '../../../../host/ssh/show-host-key.ts';
import { offersOf } from '../../store/access.ts';
import type { AppState, Overlay } from '../../store/state.ts';
import { bodyColumns } from '../../widgets/layout.ts';
import { type PagerLine, pagerOf } from '../../widgets/pager/state.ts';

/** The host keys that are not trusted yet, to be compared. */
export function hostKeysOverlay(state: AppState): Overlay {
  const { offers } = offersOf(state);
  const lines = offers.flatMap((offer): PagerLine[] => [
    { text: `${offer.node} (${offer.address})`, head: true },
    { text: `  ${offer.fingerprint}`, tone: 'accent' },
    ...(offer.changedFrom === undefined
      ? []
      : [
          {
            text: `  CHANGED. Before: ${offer.changedFrom}. Either the machine was reinstalled, or another one answers in its place.`,
            tone: 'fail' as const,
          },
        ]),
  ]);
  const how: readonly PagerLine[] = [
    { text: "Compare them with what each machine's own console shows:" },
    { text: `  ${showHostKey}`, tone: 'quiet' },
  ];
  return {
    kind: 'keys',
    pager: pagerOf('Host keys that are not trusted yet', [...how, ...lines], bodyColumns(state.size)),
  };
}

/** The list again after news of a node, read from where it was. */
export function refreshHostKeys(state: AppState): AppState {
  const { overlay } = state;
  if (overlay?.kind !== 'keys') return state;
  const fresh = hostKeysOverlay(state);
  if (fresh.kind !== 'keys' || offersOf(state).offers.length === 0) return { ...state, overlay: undefined };
  return { ...state, overlay: { ...fresh, pager: { ...fresh.pager, top: overlay.pager.top } } };
}
