import { freeAddresses, type HeardAddresses } from '../../../app/ask-addresses.ts';
import type { HeardNames } from '../../../app/ask-names.ts';
import type { AccessState, StartFacts } from '../../../app/session.ts';
import type { CheckHelp } from '../../../check/check.ts';
import type { NodeFacts } from '../../../facts/facts.ts';
import type { PairAnswers } from '../../../facts/pairs-probe.ts';
import { thisMachine } from '../../../host/this-machine.ts';
import type { Plan } from '../../../plan/document/document.ts';
import type { Product } from '../../../product/schema.ts';
import type { Files } from '../../../site/files.ts';
import type { Finding } from '../../../site/finding.ts';
import type { KeyLines } from '../../../site/reading/key-lines.ts';
import type { Site, SiteDraft } from '../../../site/schema.ts';
import { textAt } from '../../../wizard/draft/draft.ts';
import { draftNodes } from '../../../wizard/draft/draft-nodes.ts';
import type { WizardView } from '../../../wizard/page.ts';
import { isPageId, type PageId, pageOf, pageTitles } from '../../../wizard/pages.ts';
import type { Review } from '../../model/review.ts';
import type { ChoiceState } from '../widgets/choice/state.ts';
import type { PagerState } from '../widgets/pager/state.ts';
import type { TextState } from '../widgets/text/state.ts';
import type { Effect } from './effect.ts';
import type { FormFocus } from './focus.ts';
import type { RunScreen } from './run-state.ts';

export type ScreenId = 'start' | PageId | 'preflight' | 'review' | 'run' | 'summary';

/** The progress line: what is gone through, in order; the number of a page is its key. */
export const progress: readonly { readonly id: ScreenId; readonly title: string }[] = [
  ...pageTitles,
  { id: 'preflight', title: 'Preflight' },
  { id: 'review', title: 'Review' },
  { id: 'run', title: 'Run' },
];

/** Where a number of the progress line leads. */
export const isScreen = (id: string | undefined): id is ScreenId => progress.some((stop) => stop.id === id);

export const isPage = (screen: ScreenId): screen is PageId => isPageId(screen);

/** Everything that the screens of `init` show. Pure data: keys and news change it only through `update`, which reads no clock. */
export interface AppState {
  readonly screen: ScreenId;
  readonly size: { readonly columns: number; readonly rows: number };
  /** Undefined until the session is open; the start page alone is shown before. */
  readonly product: Product | undefined;
  readonly rehearsal: string | undefined;
  readonly files: Files;
  readonly canRehearse: boolean;
  readonly draft: SiteDraft;
  /** The site file that the draft comes from. */
  readonly source: KeyLines | undefined;
  readonly savedAt: Date | undefined;
  readonly saveProblem: string | undefined;
  /** By `reach`, so that a new name changes nothing. */
  readonly access: ReadonlyMap<string, AccessEntry>;
  /** Of the newest event, ms since 1970. */
  readonly now: number;
  readonly focus: Readonly<Partial<Record<PageId, FormFocus>>>;
  readonly editor: Editor | undefined;
  readonly overlay: Overlay | undefined;
  /** One line at the bottom of the body, gone with the next key. */
  readonly message: { readonly grade: 'warn' | 'fail' | 'plain' | 'pass'; readonly text: string } | undefined;
  /** The draft before the last removal of a row. */
  readonly removed: SiteDraft | undefined;
  readonly visited: ReadonlySet<ScreenId>;
  readonly start: StartState;
  /** What nodes heard when they asked who has an address. */
  readonly heard: HeardAddresses;
  /** Where names lead, as nodes looked them up. */
  readonly names: HeardNames;
  readonly preflight: PreflightState;
  readonly review: ReviewState;
  readonly run: RunScreen | undefined;
}

export interface AccessEntry {
  readonly state: AccessState;
  /** When connecting began, ms since 1970. */
  readonly since: number;
  /** The last facts, kept while they are asked for again. */
  readonly facts: NodeFacts | undefined;
}

export type Editor =
  | { readonly kind: 'text'; readonly field: string; readonly text: TextState }
  | { readonly kind: 'choice'; readonly field: string; readonly choice: ChoiceState }
  | { readonly kind: 'add'; readonly text: TextState; readonly problem: string | undefined };

export type Overlay =
  | { readonly kind: 'leave' }
  /** `from`: the list that it was opened from, which comes back after it. */
  | { readonly kind: 'pager'; readonly pager: PagerState; readonly from?: ListOverlay }
  | ListOverlay
  | PairsOverlay
  /** The host keys that are not trusted yet. */
  | { readonly kind: 'keys'; readonly pager: PagerState }
  /** Whether the draft may be replaced; a copy of it is kept. */
  | { readonly kind: 'replace'; readonly effect: Effect }
  | {
      readonly kind: 'password';
      /** Undefined: for all nodes. */
      readonly node: string | undefined;
      readonly for: 'login' | 'sudo';
      readonly text: TextState;
    };

/** The matrix of the pairs, with the cell under the pointer. */
export interface PairsOverlay {
  readonly kind: 'pairs';
  readonly row: number;
  readonly column: number;
  readonly asking: boolean;
}

/** A list over the page, of which a row opens something. */
export interface ListOverlay {
  readonly kind: 'list';
  readonly of: 'pages' | 'files' | 'commands';
  readonly index: number;
}

export interface StartState extends StartFacts {
  readonly index: number;
  /** Typing the path of a site file. */
  readonly path: TextState | undefined;
  readonly problem: readonly string[];
  readonly busy: boolean;
}

export interface PreflightState {
  readonly asking: boolean;
  /** It begins once every node has answered or failed. */
  readonly waiting: boolean;
  /** Review opens by itself when nothing fails: the operator was there before. */
  readonly toReview: boolean;
  readonly since: number;
  readonly site: Site | undefined;
  /** What keeps the draft from being a site. */
  readonly open: readonly Finding[];
  readonly findings: readonly Finding[] | undefined;
  /** What each node heard from every other one, where that was asked for. */
  readonly pairs: ReadonlyMap<string, PairAnswers>;
  /** What each check is called and why it matters, by its id. */
  readonly help: ReadonlyMap<string, CheckHelp>;
  /** The draft and facts that they were judged by. */
  readonly of: SiteDraft | undefined;
  readonly problem: readonly string[];
  readonly row: number;
  readonly all: boolean;
}

export interface ReviewState {
  readonly planning: boolean;
  readonly since: number;
  readonly plan: Plan | undefined;
  readonly review: Review | undefined;
  readonly problem: readonly string[];
  readonly index: number;
  readonly typed: TextState;
  readonly beginning: boolean;
  /** Ctrl-C was pressed while the run was being started: it stops as soon as it hears. */
  readonly stopping: boolean;
}

type Viewed = Pick<AppState, 'draft' | 'access' | 'product' | 'heard' | 'source'>;
const views = new WeakMap<SiteDraft, Pick<Viewed, 'access' | 'heard'> & { readonly view: WizardView }>();

/** What pages and fields look at. The same object while draft, access and addresses heard are the same, so that what is worked out from it is kept. */
export function viewOf(state: Viewed): WizardView {
  if (state.product === undefined) throw new Error('A page was asked for before the session was open.');
  const kept = views.get(state.draft);
  if (kept?.access === state.access && kept.heard === state.heard) return kept.view;
  const { draft, product, access, heard, source } = state;
  const view = { draft, product, facts: factsByNode(state), machine: thisMachine, free: freeAddresses(heard), source };
  views.set(state.draft, { access, heard, view });
  return view;
}

/** By node name or, before one is known, by `reach`. */
export function factsByNode(state: Pick<AppState, 'draft' | 'access'>): ReadonlyMap<string, NodeFacts> {
  const facts = new Map<string, NodeFacts>();
  for (const node of draftNodes(state.draft)) {
    const seen = state.access.get(textAt(node, ['reach']))?.facts;
    if (seen) facts.set(textAt(node, ['name']) || textAt(node, ['reach']), seen);
  }
  return facts;
}

/** The name that was typed, else the one that the nodes' own domain gives; undefined until then. */
export function siteName(state: Viewed): string | undefined {
  const typed = textAt(state.draft, ['name']);
  if (typed !== '' || state.product === undefined) return typed || undefined;
  const fallback = pageOf('nodes')
    .fields(viewOf(state))
    .find(({ id }) => id === 'name')?.fallback;
  return fallback?.from === 'seen' ? String(fallback.value) : undefined;
}

export function initialState(
  given: Pick<AppState, 'size' | 'product' | 'rehearsal' | 'files' | 'canRehearse'>,
  start: StartFacts,
  index = 0,
): AppState {
  return {
    ...given,
    screen: 'start',
    draft: {},
    source: undefined,
    savedAt: undefined,
    saveProblem: undefined,
    access: new Map(),
    now: 0,
    focus: {},
    editor: undefined,
    overlay: undefined,
    message: undefined,
    removed: undefined,
    visited: new Set(),
    start: { ...start, index, path: undefined, problem: [], busy: false },
    heard: new Map(),
    names: new Map(),
    preflight: emptyPreflight,
    review: emptyReview,
    run: undefined,
  };
}

export const emptyPreflight: PreflightState = {
  asking: false,
  waiting: false,
  toReview: false,
  since: 0,
  site: undefined,
  open: [],
  findings: undefined,
  pairs: new Map(),
  help: new Map(),
  of: undefined,
  problem: [],
  row: 0,
  all: false,
};

export const emptyReview: ReviewState = {
  planning: false,
  since: 0,
  plan: undefined,
  review: undefined,
  problem: [],
  index: 0,
  typed: { text: '', cursor: 0, initial: '' },
  beginning: false,
  stopping: false,
};
