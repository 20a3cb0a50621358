import { removeAt, textAt } from '../../../../wizard/draft/draft.ts';
import { draftNodes, nodeCalled } from '../../../../wizard/draft/draft-nodes.ts';
import { ownNames } from '../../../../wizard/pages/own-names.ts';
import { offersOf } from '../../store/access.ts';
import { type FormPlace, fieldById, openAdd, openEditor, withDraft, withFocus } from '../../store/edit.ts';
import { type AppBindings, next, type Transition } from '../../store/event.ts';
import { focusOn } from '../../store/focus.ts';
import { type AppState, viewOf } from '../../store/state.ts';
import { emptyText } from '../../widgets/text/state.ts';
import { hostKeysOverlay } from '../overlay/host-keys.ts';

/** Keys of the nodes page: its rows, and how its nodes are reached. */
export function nodesKeys(state: AppState, place: FormPlace): AppBindings {
  const { removed } = state;
  const again = (): Transition => next({ ...withDraft(state, removed ?? state.draft), removed: undefined });
  return [
    { keys: ['a'], label: 'add', dropOrder: 5, act: () => next(openAdd(focusAdd(state, place))) },
    ...rowKeys(state, place),
    ...(offersOf(state).offers.length > 0
      ? [
          {
            keys: ['f'],
            label: 'host keys',
            dropOrder: 0,
            act: () => next({ ...state, overlay: hostKeysOverlay(state) }),
          },
        ]
      : []),
    {
      keys: ['P'],
      label: 'password for all',
      ...(wantsPassword(state) ? { dropOrder: 2 } : {}),
      act: () => next(askPassword(state, undefined, 'login')),
    },
    ...(openNodes(state)
      ? [{ keys: ['R'], label: 'connect to all open nodes again', act: () => reconnect(state) }]
      : []),
    ...ownNameKeys(state),
    ...(removed ? [{ keys: ['z'], label: 'restore', dropOrder: 6, act: again }] : []),
  ];
}

function ownNameKeys(state: AppState): AppBindings {
  const own = ownNames(viewOf(state));
  return own
    ? [{ keys: ['h'], label: 'use host names', dropOrder: 1, act: () => next(withDraft(state, own.draft)) }]
    : [];
}

function rowKeys(state: AppState, place: FormPlace): AppBindings {
  if (place.line?.kind !== 'row') return [];
  const index = Number(place.line.row);
  const reach = textAt(draftNodes(state.draft)[index], ['reach']);
  const ready = state.access.get(reach)?.state.state === 'ready';
  const password = (): Transition =>
    next(askPassword(state, nodeCalled(state.draft, index), passwordFor(state, reach)));
  const user = `nodes.${index}.access.user`;
  return [
    { keys: ['d'], label: 'remove', dropOrder: 4, act: () => next(withoutRow(state, index)) },
    { keys: ['p'], label: 'password', dropOrder: ready ? 8 : 2, act: password },
    { keys: ['r'], label: 'retry', dropOrder: ready ? 9 : 3, act: () => reconnect(state, reach) },
    ...(focusOn(place.lines, user)
      ? [{ keys: ['u'], label: 'user', dropOrder: ready ? 9 : 4, act: () => next(openField(state, place, user)) }]
      : []),
  ];
}

const openNodes = (state: AppState): boolean =>
  draftNodes(state.draft).some((node) => state.access.get(textAt(node, ['reach']))?.state.state !== 'ready');

const wantsPassword = (state: AppState): boolean =>
  draftNodes(state.draft).some((node) => state.access.get(textAt(node, ['reach']))?.state.state === 'password-needed');

const reconnect = (state: AppState, reach?: string): Transition => next(state, { do: 'reconnect', reach });

function passwordFor(state: AppState, reach: string): 'login' | 'sudo' {
  const access = state.access.get(reach)?.state;
  if (access?.state === 'ready' && access.facts.access.sudo === 'refused') return 'sudo';
  return access?.state === 'password-needed' || access?.state === 'refused' ? access.for : 'login';
}

function askPassword(state: AppState, node: string | undefined, kind: 'login' | 'sudo'): AppState {
  return { ...state, overlay: { kind: 'password', node, for: kind, text: emptyText } };
}

function focusAdd(state: AppState, place: FormPlace): AppState {
  const line = place.lines.findIndex((one) => one.kind === 'add');
  return line === -1 ? state : withFocus(state, place, { line, column: 0 });
}

function openField(state: AppState, place: FormPlace, id: string): AppState {
  const focus = focusOn(place.lines, id);
  const field = focus && fieldById(state, id);
  return field ? openEditor(withFocus(state, place, focus), field) : state;
}

function withoutRow(state: AppState, index: number): AppState {
  const text = `${nodeCalled(state.draft, index)} removed from the list. z brings it back.`;
  return {
    ...withDraft(state, removeAt(state.draft, ['nodes', index])),
    removed: state.draft,
    message: { grade: 'plain', text },
  };
}
