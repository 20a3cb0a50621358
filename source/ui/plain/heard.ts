import { draftNodes, nodeCalled } from '../../wizard/draft/draft-nodes.ts';
import type { Note } from '../../wizard/page.ts';
import { newAddress, newVirtualAddress } from '../../wizard/pages/wanted-addresses.ts';
import { wantedNames } from '../../wizard/pages/wanted-names.ts';
import { verdictOn } from '../model/heard-address.ts';
import { nodeNameNotes, siteNameNotes } from '../model/heard-names.ts';
import { type PlainWalk, viewOf } from './plain-walk.ts';

/** Nodes look up the names that were typed and not looked up yet; what DNS says follows, as on a screen. */
export async function tellNamed(walk: PlainWalk): Promise<void> {
  const view = viewOf(walk);
  const open = wantedNames(view).filter((name) => !walk.names.has(name));
  if (open.length === 0 || walk.facts.size === 0) return;
  const names = await walk.session.askNames(walk.draft, open, new AbortController().signal);
  walk.names = new Map([...walk.names, ...names]);
  // Only of those that are new.
  walk.talk.say(...[...nodeNameNotes(names, view), ...siteNameNotes(names, view)].map(noteLine));
}

/** A note as a line. */
export const noteLine = ({ grade, text, remedy }: Note): string =>
  [`${{ pass: 'ok: ', warn: 'Warning: ', fail: 'FAILS: ', plain: '' }[grade]}${text}`, remedy]
    .filter(Boolean)
    .join(' ');

interface Wanted {
  readonly address: string;
  /** The node whose it may be; undefined: the virtual one. */
  readonly owner?: string;
}

/** Nodes ask for the addresses that were typed and not asked for yet; a line says of each who has it. */
export async function tellHeard(walk: PlainWalk): Promise<void> {
  const open = wanted(walk).filter(({ address }) => !walk.heard.has(address));
  if (open.length === 0 || walk.facts.size === 0) return;
  const addresses = open.map(({ address }) => address);
  const heard = await walk.session.askAddresses(walk.draft, addresses, new AbortController().signal);
  walk.heard = new Map([...walk.heard, ...heard]);
  walk.talk.say(...open.flatMap((one) => lineOf(walk, one)));
}

function wanted(walk: PlainWalk): readonly Wanted[] {
  const view = viewOf(walk);
  const virtual = newVirtualAddress(view);
  const ofNodes = draftNodes(view.draft).flatMap((_, index): Wanted[] => {
    const address = newAddress(view, index);
    return address === undefined ? [] : [{ address, owner: nodeCalled(view.draft, index) }];
  });
  return [...ofNodes, ...(virtual === undefined ? [] : [{ address: virtual }])];
}

function lineOf(walk: PlainWalk, { address, owner }: Wanted): string[] {
  const verdict = verdictOn(address, owner, walk.heard, viewOf(walk));
  if (verdict === undefined) return [];
  const words = { pass: 'ok', fail: 'FAILS', plain: 'Note' };
  const more = verdict.grade === 'fail' ? '. Choose an address that no machine has' : '';
  return [`${words[verdict.grade]}: ${address} is ${verdict.text}${more}.`];
}
