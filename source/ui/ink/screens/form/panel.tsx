import type { ReactNode } from 'react';
import { problemOf, takeText, textAt } from '../../../../wizard/draft/draft.ts';
import { draftNodes, nodeCalled } from '../../../../wizard/draft/draft-nodes.ts';
import type { Note, WizardView } from '../../../../wizard/page.ts';
import { pageNotes } from '../../../../wizard/pages.ts';
import { offersOf } from '../../store/access.ts';
import type { FormPlace } from '../../store/edit.ts';
import { fieldById } from '../../store/edit.ts';
import { type AppState, viewOf } from '../../store/state.ts';
import { Choice } from '../../widgets/choice/choice.tsx';
import { Marked, markedLines } from '../../widgets/line.tsx';
import { markOf, type Theme, type Tone, useTheme } from '../../widgets/theme.ts';

/** What is said under a form: first of the field one stands on, then of its node, then of the whole page. */
export interface Said {
  readonly mark: 'pass' | 'warn' | 'fail' | 'running' | 'plain';
  readonly text: string;
}

export function said(state: AppState, place: FormPlace, live: WizardView): readonly Said[] {
  const field = ofField(state, place);
  const notes = pageNotes(place.page, live);
  const findings = place.page.validate(live).filter((finding) => !notes.some((note) => note.text === finding.reason));
  const row = place.line?.kind === 'row' ? place.line.row : undefined;
  const mine = (note: Note): boolean => note.row !== undefined && note.row === row;
  const asSaid = (note: Note): Said => ({ mark: note.grade, text: note.text });
  return [
    ...(field ? [field] : []),
    ...(place.page.id === 'nodes' ? ofAccess(state, place) : []),
    ...notes.filter(mine).map(asSaid),
    ...findings.map(
      (finding): Said => ({ mark: finding.grade, text: [finding.reason, finding.advice].filter(Boolean).join(' ') }),
    ),
    ...notes.filter((note) => !mine(note)).map(asSaid),
  ];
}

/** Whether the field is right, at every key. */
function ofField(state: AppState, place: FormPlace): Said | undefined {
  const { editor } = state;
  if (editor?.kind === 'add') return editor.problem === undefined ? undefined : { mark: 'fail', text: editor.problem };
  if (editor?.kind === 'text') {
    const field = fieldById(state, editor.field);
    const problem = field ? takeText(state.draft, field, editor.text.text).problem : undefined;
    return problem === undefined ? undefined : { mark: 'fail', text: problem };
  }
  const problem = place.field && problemOf(place.field, viewOf(state));
  return problem === undefined ? undefined : { mark: 'fail', text: problem };
}

/** Of the node one stands on, else of every node that cannot be used yet; then of the host keys. */
function ofAccess(state: AppState, place: FormPlace): readonly Said[] {
  const here = place.line?.kind === 'row' ? Number(place.line.row) : undefined;
  const list = draftNodes(state.draft).flatMap((_, index) =>
    here === undefined || here === index ? nodeAccess(state, index) : [],
  );
  const { offers } = offersOf(state);
  const changed = offers.filter((offer) => offer.changedFrom !== undefined).length;
  if (offers.length === 0) return list;
  const text = `Host keys: ${offers.length - changed} new, ${changed} changed. f shows the fingerprints and trusts them.`;
  return [...list, { mark: changed > 0 ? 'fail' : 'warn', text }];
}

function nodeAccess(state: AppState, index: number): readonly Said[] {
  const access = state.access.get(textAt(draftNodes(state.draft)[index], ['reach']))?.state;
  const called = nodeCalled(state.draft, index);
  if (access?.state === 'failed')
    return [{ mark: 'fail', text: [`${called}: ${access.what}`, ...access.next].join(' ') }];
  if (access?.state === 'password-needed')
    return [
      {
        mark: 'warn',
        text: `${called}: ${access.why} p gives a password for this node, P one for all, u another user.`,
      },
    ];
  if (access?.state === 'ready' && access.facts.access.sudo === 'refused')
    return [
      {
        mark: 'fail',
        text: `${called}: ${access.facts.access.user} may not use sudo there without a password, or not at all. p gives a password, u another user.`,
      },
    ];
  return [];
}

function toneOf(mark: Said['mark']): Tone {
  return mark === 'plain' || mark === 'pass' ? 'plain' : mark;
}

export function Panel(props: {
  readonly state: AppState;
  readonly list: readonly Said[];
  readonly rows: number;
  readonly width: number;
}): ReactNode {
  const theme = useTheme();
  const { editor } = props.state;
  if (editor?.kind === 'choice') {
    const choices = fieldById(props.state, editor.field)?.choices ?? [];
    const rows = choices.map((choice) => ({
      key: choice.value,
      label: choice.label,
      ...(choice.hint ? { hint: choice.hint } : {}),
    }));
    return <Choice rows={rows} index={editor.choice.index} height={props.rows - 1} width={props.width} />;
  }
  const crowded = props.list.reduce((sum, one) => sum + saidHeight(theme, one, props.width), 0) > props.rows;
  let left = props.rows;
  return props.list.map((one) => {
    if (left <= 0) return null;
    // One long sentence must not push out the others.
    const most = Math.min(left, crowded ? 2 : left);
    left -= Math.min(most, saidHeight(theme, one, props.width));
    return (
      <Marked
        key={one.text}
        mark={markOf(theme, one.mark)}
        text={one.text}
        as={toneOf(one.mark)}
        width={props.width}
        most={most}
      />
    );
  });
}

export function saidHeight(theme: Theme, one: Said, width: number): number {
  return markedLines(one.text, width - markOf(theme, one.mark).length - 3).length;
}
