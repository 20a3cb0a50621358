import { awaitsChoice } from '../../../engine/view/view.ts';
import { isTyping } from '../screens/review/update.ts';
import { offersOf } from '../store/access.ts';
import { formPlace } from '../store/edit.ts';
import type { RunState } from '../store/run-state.ts';
import { stepHere } from '../store/run-state.ts';
import type { AppState, Overlay } from '../store/state.ts';
import type { KeyHint } from '../widgets/frame.tsx';
import type { Glyphs } from '../widgets/theme.ts';

const leave: KeyHint = { key: '^C', label: 'leave', falls: 9 };

/** The keys that work now, nothing else. */
export function hintsOf(state: AppState, glyphs: Glyphs): readonly KeyHint[] {
  const { keys } = glyphs;
  if (state.overlay) return overlayHints(state.overlay, state, keys.upDown);
  if (state.screen === 'run') return state.run ? runHints(state.run, keys) : [];
  if (state.screen === 'summary')
    return [
      { key: keys.enter, label: 'leaves' },
      { key: 'l', label: 'the run again' },
    ];
  if (state.screen === 'start') return startHints(state, keys);
  if (state.screen === 'preflight') return preflightHints(state, keys);
  if (state.screen === 'review') return reviewHints(state, keys);
  return state.editor ? editorHints(state, keys) : formHints(state, keys);
}

function overlayHints(overlay: Overlay, state: AppState, upDown: string): readonly KeyHint[] {
  switch (overlay.kind) {
    case 'leave':
      return [
        { key: 'y', label: 'leaves' },
        { key: 'any other key', label: 'stays' },
      ];
    case 'help':
      return [{ key: 'any key', label: 'closes' }];
    case 'pager':
      return overlay.pager.typing
        ? [
            { key: 'Enter', label: 'keeps the filter' },
            { key: 'Esc', label: 'drops it' },
          ]
        : [
            { key: upDown, label: 'scroll' },
            { key: 'PgUp PgDn', label: 'page', falls: 2 },
            { key: 'Home End', label: 'ends', falls: 3 },
            { key: '/', label: 'filter' },
            { key: 'Esc', label: 'closes' },
          ];
    case 'keys':
      return offersOf(state).offers.length > 0
        ? [
            { key: 't', label: 'trusts those shown' },
            { key: 'Esc', label: 'back' },
          ]
        : [{ key: 'Esc', label: 'back' }];
    case 'password':
      return [
        { key: 'Enter', label: 'gives it' },
        { key: 'Tab', label: 'login or sudo' },
        { key: 'Esc', label: 'back' },
      ];
  }
}

type Keys = Glyphs['keys'];

function startHints(state: AppState, keys: Keys): readonly KeyHint[] {
  if (!state.start.loaded || state.start.busy) return [leave];
  if (state.start.path) return [{ key: keys.enter, label: 'loads' }, { key: 'Esc', label: 'back' }, leave];
  return [
    { key: keys.upDown, label: 'choose' },
    { key: keys.enter, label: 'begin' },
    { key: '?', label: 'help', falls: 3 },
    leave,
  ];
}

function editorHints(state: AppState, keys: Keys): readonly KeyHint[] {
  if (state.editor?.kind === 'choice')
    return [
      { key: keys.upDown, label: 'choose' },
      { key: keys.enter, label: 'takes it' },
      { key: 'Esc', label: 'as it was' },
    ];
  if (state.editor?.kind === 'add')
    return [
      { key: keys.enter, label: 'adds' },
      { key: 'Esc', label: 'enough' },
    ];
  return [
    { key: keys.enter, label: 'takes it' },
    { key: 'Tab', label: 'next field' },
    { key: '^Z', label: 'as before', falls: 2 },
    { key: '^U', label: 'clears', falls: 3 },
    { key: 'Esc', label: 'done' },
  ];
}

function formHints(state: AppState, keys: Keys): readonly KeyHint[] {
  const place = formPlace(state);
  const row = place?.line?.kind === 'row';
  const nodes = place?.page.id === 'nodes';
  const choice = place?.field?.choices !== undefined || place?.field?.kind === 'toggle';
  return [
    { key: keys.upDown, label: 'move', falls: 6 },
    ...(row ? [{ key: keys.leftRight, label: 'column', falls: 7 }] : []),
    { key: keys.enter, label: place?.line?.kind === 'add' ? 'add' : choice ? 'change' : 'edit' },
    ...(nodes ? [{ key: 'a', label: 'add', falls: 5 }] : []),
    ...(nodes && row
      ? [
          { key: 'd', label: 'remove', falls: 4 },
          { key: 'p', label: 'password', falls: 3 },
          { key: 'r', label: 'retry', falls: 8 },
        ]
      : []),
    ...(nodes ? [{ key: 'f', label: 'keys', falls: 3 }] : []),
    ...(nodes && state.removed ? [{ key: 'z', label: 'bring back', falls: 6 }] : []),
    { key: 'Esc', label: 'back', falls: 2 },
    { key: '?', label: 'help', falls: 1 },
    { key: 'n', label: 'next' },
  ];
}

function preflightHints(state: AppState, keys: Keys): readonly KeyHint[] {
  const { open, findings, all } = state.preflight;
  const list = open.length > 0 || findings !== undefined;
  return [
    ...(list
      ? [
          { key: keys.upDown, label: 'move', falls: 5 },
          { key: keys.enter, label: 'goes to its field', falls: 4 },
        ]
      : []),
    ...(findings ? [{ key: 'a', label: all ? 'only what is open' : 'all', falls: 3 }] : []),
    { key: 'r', label: 'looks again', falls: 2 },
    { key: 'Esc', label: 'back', falls: 2 },
    { key: '?', label: 'help', falls: 3 },
    ...(findings ? [{ key: 'n', label: 'next' }] : []),
  ];
}

function reviewHints(state: AppState, keys: Keys): readonly KeyHint[] {
  if (!state.review.review) return [{ key: 'Esc', label: 'back' }, leave];
  if (isTyping(state))
    return [
      { key: keys.enter, label: 'begins' },
      { key: keys.upDown, label: 'lines, diffs, commands' },
      { key: 'Esc', label: 'back' },
      leave,
    ];
  return [
    { key: keys.upDown, label: 'move', falls: 5 },
    { key: keys.enter, label: 'opens', falls: 2 },
    { key: 'e', label: 'goes to its page', falls: 3 },
    { key: 'd', label: 'diffs', falls: 1 },
    { key: 'c', label: 'commands', falls: 1 },
    { key: 'n', label: 'begin' },
    { key: 'Esc', label: 'back', falls: 3 },
    { key: '?', label: 'help', falls: 4 },
  ];
}

export function runHints(run: RunState, keys: Keys): readonly KeyHint[] {
  const { view } = run;
  const here = stepHere(run);
  const choosing = view.state === 'choosing' && here !== undefined && awaitsChoice(here);
  const going = view.state === 'running' || view.state === 'paused';
  return [
    ...(choosing ? [{ key: 'r', label: 'retry' }] : []),
    ...(choosing && here.step.skippable ? [{ key: 's', label: 'skip' }] : []),
    ...(choosing && here.state !== 'undone' && here.step.undoable ? [{ key: 'u', label: 'undo' }] : []),
    { key: keys.upDown, label: 'step', falls: 4 },
    { key: keys.leftRight, label: 'node', falls: 4 },
    { key: 'l', label: 'full log', falls: 1 },
    ...(going ? [{ key: 'p', label: view.state === 'paused' ? 'go on' : 'pause', falls: 2 }] : []),
    ...(view.state === 'ended'
      ? [{ key: 'q', label: 'summary' }]
      : [
          { key: '^C', label: run.stopping ? 'stop now' : 'stop', falls: 3 },
          { key: 'q', label: 'leave it running' },
        ]),
    { key: '?', label: 'help', falls: 3 },
  ];
}
