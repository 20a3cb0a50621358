import type { HeardAddresses } from '../../app/ask-addresses.ts';
import type { HeardNames } from '../../app/ask-names.ts';
import type { InitSession } from '../../app/session.ts';
import { Fault, nothingChanged } from '../../errors/fault.ts';
import type { NodeFacts } from '../../facts/facts.ts';
import { thisMachine } from '../../host/this-machine.ts';
import type { KeyLines } from '../../site/reading/key-lines.ts';
import type { SiteDraft } from '../../site/schema.ts';
import type { WizardView } from '../../wizard/page.ts';
import type { Conversation } from './conversation.ts';

/** What the plain walk has in hand. */
export interface PlainWalk {
  readonly talk: Conversation;
  readonly session: InitSession;
  draft: SiteDraft;
  facts: ReadonlyMap<string, NodeFacts>;
  source: KeyLines | undefined;
  /** Addresses that no machine answered for. */
  free: ReadonlySet<string>;
  /** What nodes heard of the addresses that were typed. */
  heard: HeardAddresses;
  /** What nodes heard of the names that were typed. */
  names: HeardNames;
  saved: boolean;
  /** The draft came from a file that lacks something: only that is asked. */
  onlyOpen: boolean;
  /** Set once a run was begun: Ctrl-C then stops the run instead of the questions. */
  interrupted: (() => void) | undefined;
}

export const viewOf = (walk: PlainWalk): WizardView => ({
  draft: walk.draft,
  product: walk.session.product,
  facts: walk.facts,
  machine: thisMachine,
  free: walk.free,
  source: walk.source,
});

/** Keeps the answer and saves it at once. */
export async function keep(walk: PlainWalk, draft: SiteDraft): Promise<void> {
  if (draft === walk.draft) return;
  walk.draft = draft;
  await walk.session.saveDraft(draft);
  walk.saved = true;
}

/** A failure in lines; anything but a `Fault` is thrown on. */
export function faultWords(error: unknown): readonly string[] {
  if (!(error instanceof Fault)) throw error;
  return [
    error.where === undefined ? error.message : `${error.message} (${error.where})`,
    ...(error.why === undefined ? [] : error.why.split('\n').map((line) => `  ${line}`)),
    ...(error.unchanged ? [`  ${nothingChanged}`] : []),
    ...error.next.map((line) => `  ${line}`),
  ];
}
