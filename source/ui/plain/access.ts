import type { AccessState, InitSession } from '../../app/session.ts';
import type { NodeFacts } from '../../facts/facts.ts';
import { showHostKey } from '../../host/ssh/show-host-key.ts';
import type { SiteDraft } from '../../site/schema.ts';
import { counted } from '../../text/plural.ts';
import { textAt } from '../../wizard/draft/draft.ts';
import { draftNodes } from '../../wizard/draft/draft-nodes.ts';
import { aboutNode } from '../model/about-node.ts';
import type { Conversation } from './conversation.ts';

/**
 * Reaches all nodes, asks for trust and passwords where they are needed, and tries again until every node answers
 * or the operator goes on without it. Returns the facts by node name.
 */
export async function reachNodes(
  talk: Conversation,
  session: InitSession,
  draft: SiteDraft,
): Promise<ReadonlyMap<string, NodeFacts>> {
  const facts = new Map<string, NodeFacts>();
  let left = draftNodes(draft);
  while (left.length > 0) {
    talk.say(`Checking ${counted(left.length, 'node')}.`);
    const states = await statesOf(talk, session, { ...draft, nodes: [...left] });
    for (const [node, state] of states) if (state.state === 'ready') facts.set(node, state.facts);
    const open = [...states].filter(([, state]) => state.state !== 'ready');
    if (open.length === 0 || !(await helped(talk, session, open))) break;
    left = left.filter((node) => !facts.has(textAt(node, ['name']) || textAt(node, ['reach'])));
  }
  return facts;
}

async function statesOf(
  talk: Conversation,
  session: InitSession,
  draft: SiteDraft,
): Promise<ReadonlyMap<string, AccessState>> {
  const states = new Map<string, AccessState>();
  await session.gather(
    draft,
    (node, state) => {
      states.set(node, state);
      if (state.state !== 'connecting') talk.say(...pinnedLines(node, state), ...stateLines(node, state));
    },
    new AbortController().signal,
  );
  return states;
}

function pinnedLines(node: string, { pinned = [] }: AccessState): readonly string[] {
  if (pinned.length === 0) return [];
  return [
    `${node}: its host key was new and is pinned now, by --accept-new-host-keys`,
    ...pinned.map(({ fingerprint }) => `  ${fingerprint}`),
  ];
}

function stateLines(node: string, state: AccessState): readonly string[] {
  switch (state.state) {
    case 'connecting':
      return [`${node}: connecting`];
    case 'ready':
      return [`${node}: reached as ${state.facts.access.user}, ${state.facts.system?.prettyName ?? 'system unknown'}`];
    case 'host-key-unknown':
      return [
        `${node}: its host key is not trusted yet`,
        ...state.offers.map(
          (offer) =>
            `  ${offer.fingerprint}${offer.changedFrom === undefined ? '' : ` CHANGED, before: ${offer.changedFrom}`}`,
        ),
      ];
    case 'password-needed':
    case 'refused':
      return [aboutNode(node, state.why), ...state.next.map((line) => `  ${line}`)];
    case 'failed':
      return [aboutNode(node, state.what), ...state.next.map((line) => `  ${line}`)];
  }
}

/** Whether something was given that makes another try worth while. */
async function helped(
  talk: Conversation,
  session: InitSession,
  open: readonly (readonly [string, AccessState])[],
): Promise<boolean> {
  const offers = open.flatMap(([, state]) => (state.state === 'host-key-unknown' ? state.offers : []));
  if (offers.length > 0) talk.say(`Compare with what each machine's own console shows: ${showHostKey}`);
  const keys = offers.length === 1 ? 'this host key' : `these ${offers.length} host keys`;
  const trusted = offers.length > 0 && (await talk.yes(`Trust ${keys}`, false));
  if (trusted) await session.trust(offers);
  const given = await passwords(talk, session, open);
  if (trusted || given) return true;
  return talk.yes(`Try ${open.length === 1 ? 'it' : 'them'} again`, false);
}

async function passwords(
  talk: Conversation,
  session: InitSession,
  open: readonly (readonly [string, AccessState])[],
): Promise<boolean> {
  const need = open.flatMap(([node, state]) => (state.state === 'password-needed' ? [{ node, kind: state.for }] : []));
  let given = false;
  const served = new Set<string>();
  for (const { node, kind } of need) {
    if (served.has(kind)) continue;
    const word = kind === 'login' ? 'Login' : 'sudo';
    const password = await talk.askSecret(`${word} password for ${node} (empty: continue without it)`);
    if (password === '') continue;
    const others = need.filter((one) => one.kind === kind).length - 1;
    const all = others > 0 && (await talk.yes('The same for all nodes', true));
    session.givePassword(all ? undefined : node, kind, password);
    if (all) served.add(kind);
    given = true;
  }
  return given;
}
