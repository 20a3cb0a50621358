import { freeAddresses } from '../../app/ask-addresses.ts';
import { listed } from '../../text/listed.ts';
import { columns } from '../../text/table.ts';
import { removeAt, setAt, textAt } from '../../wizard/draft/draft.ts';
import { draftNodes } from '../../wizard/draft/draft-nodes.ts';
import type { Page } from '../../wizard/page.ts';
import { virtualAddressCandidates } from '../../wizard/pages/free-address.ts';
import { nodesPage } from '../../wizard/pages/nodes.ts';
import { ownNames } from '../../wizard/pages/own-names.ts';
import { pageNotes } from '../../wizard/pages.ts';
import { reachNodes } from './access.ts';
import { noteLine, tellHeard, tellNamed } from './heard.ts';
import { keep, type PlainWalk, viewOf } from './plain-walk.ts';
import { askField, elsewhere, type Reply, ways } from './question.ts';
import { SameForAll } from './same-for-all.ts';
import { type Place, placeAfter, placeById, placeNamed } from './walk.ts';

/**
 * Asks every question from `from` (an id) to the end. Going back is always allowed and loses nothing.
 * `from` undefined: from the beginning.
 */
export async function askAll(walk: PlainWalk, from: string | undefined): Promise<'done' | 'quit'> {
  const same = new SameForAll(walk);
  let rare = false;
  const asked: string[] = [];
  let page: Page | undefined;
  const first = (): Place | undefined => placeAfter(viewOf(walk), rare, undefined);
  let at = from === undefined ? first() : placeById(viewOf(walk), from);
  /** A question that was asked for by its name is never left out. */
  let named = from !== undefined;
  while (at) {
    if (at.page !== page) {
      if ((await turnPage(walk, page, at)) === 'quit') return 'quit';
      page = at.page;
      // The nodes may be others now.
      at = placeById(viewOf(walk), at.field.id) ?? first();
      if (!at) break;
    }
    const id: string = at.field.id;
    if (!named && (await same.answers(at))) {
      at = placeAfter(viewOf(walk), rare, id);
      continue;
    }
    const reply = await askField(walk.talk, at.field, viewOf(walk));
    if (reply.reply === 'quit') return 'quit';
    named = reply.reply === 'back' || reply.reply === 'to';
    if (reply.reply === 'answered') {
      await keep(walk, reply.draft);
      if (at.page.id === 'network') await tellHeard(walk);
      if (id === 'customer.dnsName') await tellNamed(walk);
      asked.push(id);
      at = placeAfter(viewOf(walk), rare, id);
    } else if (reply.reply === 'more') {
      rare = !rare;
      walk.talk.say(rare ? 'The rare questions are asked too.' : 'The rare questions are left out.');
    } else {
      at = wentTo(walk, reply, asked) ?? at;
    }
  }
  if (page) walk.talk.say(...noteLines(walk, page));
  return 'done';
}

/** The question that `back` or `back to NAME` leads to; undefined where there is none, which is said. */
function wentTo(walk: PlainWalk, reply: Extract<Reply, { reply: 'back' | 'to' }>, asked: string[]): Place | undefined {
  const view = viewOf(walk);
  const { talk } = walk;
  if (reply.reply === 'to') {
    const found = placeNamed(view, reply.place);
    if (!found) talk.say(`Unknown question ${reply.place}.`);
    return found;
  }
  const before = asked.pop();
  if (before === undefined) talk.say('This is the first question.');
  return before === undefined ? undefined : placeById(view, before);
}

/** Between two pages: what the last one has shown; before the nodes, which they are; after them, whether they answer. */
async function turnPage(walk: PlainWalk, before: Page | undefined, to: Place): Promise<'on' | 'quit'> {
  const { talk } = walk;
  if (before === nodesPage && to.page !== nodesPage) await look(walk);
  if (before?.id === 'network') await tellNamed(walk);
  if (before) talk.say(...noteLines(walk, before));
  talk.say('', `${to.page.title}. ${to.page.intro}`);
  if (before === undefined) talk.say(`Enter accepts the value in brackets. ${ways}`);
  const needsNodes = !walk.onlyOpen || draftNodes(walk.draft).length === 0;
  if (to.page === nodesPage && needsNodes && (await listNodes(walk)) === 'quit') return 'quit';
  // A draft that begins further on has not reached the nodes yet.
  if (before === undefined && to.page !== nodesPage && walk.facts.size === 0) await look(walk);
  return 'on';
}

/** Reaches the nodes; where they have names of their own and only got numbers here, asks whether those are taken; looks for a free address. */
async function look(walk: PlainWalk): Promise<void> {
  walk.facts = await reachNodes(walk.talk, walk.session, walk.draft);
  await takeOwnNames(walk);
  const candidates = virtualAddressCandidates(viewOf(walk));
  const heard = await walk.session.askAddresses(walk.draft, candidates, new AbortController().signal);
  walk.free = freeAddresses(heard);
}

async function takeOwnNames(walk: PlainWalk): Promise<void> {
  const own = ownNames(viewOf(walk));
  if (!own || !(await walk.talk.yes(`The machines call themselves ${listed(own.names)}. Use these names`, true)))
    return;
  walk.facts = new Map([...walk.facts].map(([name, facts]) => [own.renamed.get(name) ?? name, facts]));
  await keep(walk, own.draft);
}

function noteLines(walk: PlainWalk, page: Page): readonly string[] {
  const notes = pageNotes(page, viewOf(walk));
  const findings = page.validate(viewOf(walk)).filter((finding) => !notes.some((note) => note.text === finding.reason));
  return [
    ...notes.map(noteLine),
    ...findings.map(({ grade, reason, advice = '' }) => noteLine({ grade, text: reason, remedy: advice })),
  ];
}

/** The rows of the nodes page: shown, added to, taken from, before they are asked one by one. */
async function listNodes(walk: PlainWalk): Promise<'on' | 'quit'> {
  const { talk } = walk;
  for (;;) {
    const nodes = draftNodes(walk.draft);
    const rows = nodes.map((node, index) => [
      String(index + 1),
      textAt(node, ['reach']),
      textAt(node, ['name']),
      textAt(node, ['role']) || 'manager',
    ]);
    talk.say(...columns(rows.length > 0 ? [['', 'Reach at', 'Host name', 'Role'], ...rows] : []));
    const more = nodes.length > 0 ? '; remove 2 removes the second; empty: that is all' : '';
    const text = await talk.ask(`Add a node (an address, a name, or a range such as 10.0.4.25-27${more})`);
    if (elsewhere(text)?.reply === 'quit') return 'quit';
    if (text === '?')
      talk.say(
        'Every machine of the cluster, by the address or name at which it answers now. Several at once, separated by commas or spaces.',
      );
    else if (text === '' && nodes.length > 0) return 'on';
    else if (text === '') talk.say('At least one node is needed.');
    else await changeNodes(walk, text);
  }
}

async function changeNodes(walk: PlainWalk, text: string): Promise<void> {
  const nodes = draftNodes(walk.draft);
  const index = Number(/^remove (\d+)$/.exec(text)?.[1] ?? 0) - 1;
  if (index >= 0) {
    if (nodes[index]) await keep(walk, removeAt(walk.draft, ['nodes', index]));
    else walk.talk.say(`Unknown node ${index + 1}.`);
    return;
  }
  const made = nodesPage.rows?.add(viewOf(walk), text);
  if (!made || 'problem' in made) walk.talk.say(made?.problem ?? '');
  else await keep(walk, setAt(walk.draft, ['nodes'], [...nodes, ...made.rows]));
}
