import { listed } from '../../../../text/listed.ts';
import { problemOf, takeText, textAt } from '../../../../wizard/draft/draft.ts';
import { draftNodes, nodeCalled } from '../../../../wizard/draft/draft-nodes.ts';
import type { Note, WizardView } from '../../../../wizard/page.ts';
import { ownNames } from '../../../../wizard/pages/own-names.ts';
import { findingsAcross, pageNotes } from '../../../../wizard/pages.ts';
import { aboutNode } from '../../../model/about-node.ts';
import { nodeNameNotes, siteNameNotes } from '../../../model/heard-names.ts';
import { offersOf } from '../../store/access.ts';
import { type FormPlace, fieldById } from '../../store/edit.ts';
import { type AppState, viewOf } from '../../store/state.ts';
import type { Message } from '../../widgets/fit-messages.ts';
import { heardMessages } from './heard.ts';

/** Keys in a message, such as `m shows all`. While a field is open, letters are keys after Esc only. */
export const keyNow = ({ editor }: AppState, keys: string): string => (editor ? `Esc, then ${keys}` : keys);

/** What is said under a form: first of the field under the pointer, then of its node, then of the whole page. `live`: with the text that is being typed. */
export function pageMessages(state: AppState, place: FormPlace, live: WizardView): readonly Message[] {
  const field = ofField(state, place);
  const notes = pageNotes(place.page, live);
  const findings = findingsAcross(place.page, live).filter(
    (finding) => !notes.some((note) => note.text === finding.reason),
  );
  const row = place.line?.kind === 'row' ? place.line.row : undefined;
  const mine = (note: Note): boolean => note.row !== undefined && note.row === row;
  const asMessage = ({ grade, text, remedy }: Note): Message => ({ mark: grade, text, remedy });
  return [
    ...(field === undefined ? [] : [{ mark: 'fail', text: field } as const]),
    ...(place.page.id === 'nodes' ? [...ofAccess(state, place), ...ofNames(state, live)] : []),
    ...(place.page.id === 'network' ? heardMessages(state) : []),
    ...namedNotes(state, place.page.id).map(asMessage),
    ...notes.filter(mine).map(asMessage),
    ...findings.map(({ grade, reason, advice }): Message => ({ mark: grade, text: reason, remedy: advice })),
    ...notes.filter((note) => !mine(note)).map(asMessage),
  ];
}

/** What DNS says: of the site's name in any case, of a node's name where it leads to another machine. */
function namedNotes(state: AppState, page: string): readonly Note[] {
  const view = viewOf(state);
  const nodes = page === 'network' ? nodeNameNotes(state.names, view) : [];
  return page === 'network' || page === 'site' ? [...nodes, ...siteNameNotes(state.names, view)] : [];
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
    here === undefined || here === index ? nodeAccess(state, index, here === index) : [],
  );
  const { offers } = offersOf(state);
  const changed = offers.filter((offer) => offer.changedFrom !== undefined).length;
  if (offers.length === 0) return [...list, ...ofPinned(state, here)];
  const text = `Host keys: ${offers.length - changed} new, ${changed} changed.`;
  return [
    ...list,
    { mark: changed > 0 ? 'fail' : 'warn', text, remedy: keyNow(state, 'f shows the fingerprints and trusts them.') },
  ];
}

/** How host keys came to be trusted without a question. */
function ofPinned({ draft, access }: AppState, here: number | undefined): readonly Message[] {
  const pinned = draftNodes(draft).flatMap((node, index) => {
    const keys = access.get(textAt(node, ['reach']))?.state.pinned ?? [];
    return keys.length === 0 ? [] : [{ index, called: nodeCalled(draft, index), keys }];
  });
  const mine = pinned.find(({ index }) => index === here);
  const how = 'New host keys were pinned by --accept-new-host-keys';
  if (mine !== undefined) {
    const keys = mine.keys.map(({ fingerprint }) => fingerprint).join(', ');
    return [
      { mark: 'plain', text: `The host key of ${mine.called} was new, and --accept-new-host-keys pinned it: ${keys}` },
    ];
  }
  return pinned.length === 0
    ? []
    : [{ mark: 'plain', text: `${how}: ${pinned.map(({ called }) => called).join(', ')}.` }];
}

function ofNames(state: AppState, view: WizardView): readonly Message[] {
  const own = ownNames(view);
  if (!own) return [];
  const remedy = keyNow(state, 'h uses these names.');
  return [{ mark: 'plain', text: `The machines call themselves ${listed(own.names)}.`, remedy }];
}

/** What keeps a node from being used. The keys of its row work on that row only. */
function nodeAccess(state: AppState, index: number, here: boolean): readonly Message[] {
  const access = state.access.get(textAt(draftNodes(state.draft)[index], ['reach']))?.state;
  const called = nodeCalled(state.draft, index);
  const keys = (onRow: string, elsewhere: string): string => keyNow(state, here ? onRow : elsewhere);
  if (access?.state === 'failed') {
    const remedy = access.next.join(' ') || keys('r tries again.', 'R tries all again.');
    return [{ mark: 'fail', text: aboutNode(called, access.what), remedy }];
  }
  if (access?.state === 'refused') {
    const remedy = [...access.next, keys('u names another user, r tries again.', 'R tries all again.')].join(' ');
    return [{ mark: 'fail', text: aboutNode(called, access.why), remedy }];
  }
  const password = keys('p sets a password for this node, P one for all, u another user.', everyPassword);
  if (access?.state === 'password-needed')
    return [{ mark: 'warn', text: aboutNode(called, access.why), remedy: [password, ...access.next].join(' ') }];
  if (access?.state !== 'ready' || access.facts.access.sudo !== 'refused') return [];
  const text = `${called}: ${access.facts.access.user} cannot use sudo there without a password, or at all.`;
  return [{ mark: 'fail', text, remedy: password }];
}

const everyPassword = 'P sets a password for all nodes, p on a row one for that node only.';
