import { listed } from '../../../../text/listed.ts';
import { problemOf, takeText, textAt } from '../../../../wizard/draft/draft.ts';
import { draftNodes, nodeCalled } from '../../../../wizard/draft/draft-nodes.ts';
import type { Note, WizardView } from '../../../../wizard/page.ts';
import { ownNames } from '../../../../wizard/pages/own-names.ts';
import { pageNotes } from '../../../../wizard/pages.ts';
import { offersOf } from '../../store/access.ts';
import { type FormPlace, fieldById } from '../../store/edit.ts';
import { type AppState, viewOf } from '../../store/state.ts';
import type { Message } from '../../widgets/fit-messages.ts';
import { heardMessages } from './heard.ts';
import { namedMessages } from './named.ts';

/** What is said under a form: first of the field under the pointer, then of its node, then of the whole page. `live`: with the text that is being typed. */
export function pageMessages(state: AppState, place: FormPlace, live: WizardView): readonly Message[] {
  const field = ofField(state, place);
  const notes = pageNotes(place.page, live);
  const findings = place.page.validate(live).filter((finding) => !notes.some((note) => note.text === finding.reason));
  const row = place.line?.kind === 'row' ? place.line.row : undefined;
  const mine = (note: Note): boolean => note.row !== undefined && note.row === row;
  const asMessage = ({ grade, text, remedy }: Note): Message => ({ mark: grade, text, remedy });
  return [
    ...(field === undefined ? [] : [{ mark: 'fail', text: field } as const]),
    ...(place.page.id === 'nodes' ? [...ofAccess(state, place), ...ofNames(live)] : []),
    ...(place.page.id === 'network' ? [...heardMessages(state), ...namedMessages(state)] : []),
    ...notes.filter(mine).map(asMessage),
    ...findings.map(({ grade, reason, advice }): Message => ({ mark: grade, text: reason, remedy: advice })),
    ...notes.filter((note) => !mine(note)).map(asMessage),
  ];
}

/** What is wrong with the field, at every key. */
function ofField(state: AppState, place: FormPlace): string | undefined {
  const { editor } = state;
  if (editor?.kind === 'add') return editor.problem;
  if (editor?.kind !== 'text') return place.field && problemOf(place.field, viewOf(state));
  const field = fieldById(state, editor.field);
  return field && takeText(state.draft, field, editor.text.text).problem;
}

/** Of the node under the pointer, else of every node that cannot be used yet; then of the host keys. */
function ofAccess(state: AppState, place: FormPlace): readonly Message[] {
  const here = place.line?.kind === 'row' ? Number(place.line.row) : undefined;
  const list = draftNodes(state.draft).flatMap((_, index) =>
    here === undefined || here === index ? nodeAccess(state, index) : [],
  );
  const { offers } = offersOf(state);
  const changed = offers.filter((offer) => offer.changedFrom !== undefined).length;
  if (offers.length === 0) return list;
  const text = `Host keys: ${offers.length - changed} new, ${changed} changed.`;
  return [...list, { mark: changed > 0 ? 'fail' : 'warn', text, remedy: 'f shows the fingerprints and trusts them.' }];
}

function ofNames(view: WizardView): readonly Message[] {
  const own = ownNames(view);
  if (!own) return [];
  return [{ mark: 'plain', text: `The machines call themselves ${listed(own.names)}.`, remedy: 'h uses these names.' }];
}

function nodeAccess(state: AppState, index: number): readonly Message[] {
  const access = state.access.get(textAt(draftNodes(state.draft)[index], ['reach']))?.state;
  const called = nodeCalled(state.draft, index);
  if (access?.state === 'failed')
    return [{ mark: 'fail', text: `${called}: ${access.what}`, remedy: access.next.join(' ') || undefined }];
  if (access?.state === 'password-needed')
    return [
      {
        mark: 'warn',
        text: `${called}: ${access.why}`,
        remedy: 'p gives a password for this node, P one for all, u another user.',
      },
    ];
  if (access?.state === 'ready' && access.facts.access.sudo === 'refused')
    return [
      {
        mark: 'fail',
        text: `${called}: ${access.facts.access.user} may not use sudo there without a password, or not at all.`,
        remedy: 'p gives a password, u another user.',
      },
    ];
  return [];
}
