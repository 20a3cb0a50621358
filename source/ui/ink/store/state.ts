import type { AccessState } from '../../../app/session.ts';
import type { NodeFacts } from '../../../facts/facts.ts';
import type { Plan } from '../../../plan/document/document.ts';
import type { Product } from '../../../product/schema.ts';
import type { Finding } from '../../../site/finding.ts';
import type { Site, SiteDraft } from '../../../site/schema.ts';
import { textAt } from '../../../wizard/draft/draft.ts';
import { draftNodes } from '../../../wizard/draft/draft-nodes.ts';
import type { WizardView } from '../../../wizard/page.ts';
import { isPageId, type PageId, pageTitles } from '../../../wizard/pages.ts';
import type { Review } from '../../model/review.ts';
import type { ChoiceState } from '../widgets/choice/state.ts';
import type { PagerState } from '../widgets/pager/state.ts';
import type { TextState } from '../widgets/text/state.ts';
import type { FormFocus } from './focus.ts';
import type { RunState } from './run-state.ts';

export type ScreenId = 'start' | PageId | 'preflight' | 'review' | 'run' | 'summary';

/** The progress line: what is gone through, in order; a stop's number is its key. */
export const progress: readonly { readonly id: ScreenId; readonly title: string }[] = [
  ...pageTitles,
  { id: 'preflight', title: 'Preflight' },
  { id: 'review', title: 'Review' },
  { id: 'run', title: 'Run' },
];

export const isPage = (screen: ScreenId): screen is PageId => isPageId(screen);

/** Everything that the screens of `init` show. Pure data: keys and news change it only through `update`. */
export interface AppState {
  readonly screen: ScreenId;
  readonly size: { readonly columns: number; readonly rows: number };
  readonly product: Product;
  readonly rehearsal: string | undefined;
  readonly canRehearse: boolean;
  readonly draft: SiteDraft;
  readonly savedAt: Date | undefined;
  readonly saveProblem: string | undefined;
  /** By `reach`, so that a new name changes nothing. */
  readonly access: ReadonlyMap<string, AccessEntry>;
  /** ms since 1970, for the seconds that something takes; moves only while something does. */
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
  readonly preflight: PreflightState;
  readonly review: ReviewState;
  readonly run: RunState | undefined;
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
  | { readonly kind: 'help'; readonly title: string; readonly text: string }
  | { readonly kind: 'leave' }
  | { readonly kind: 'pager'; readonly pager: PagerState; readonly step?: string }
  | { readonly kind: 'keys' }
  | {
      readonly kind: 'password';
      /** Undefined: for all nodes. */
      readonly node: string | undefined;
      readonly for: 'login' | 'sudo';
      readonly text: TextState;
    };

export interface StartState {
  readonly loaded: boolean;
  readonly index: number;
  readonly draft: { readonly draft: SiteDraft; readonly savedAt: Date } | undefined;
  readonly recent: readonly { readonly name: string; readonly path: string; readonly at: Date }[];
  /** Typing the path of a site file. */
  readonly path: TextState | undefined;
  readonly problem: readonly string[];
  readonly busy: boolean;
}

export interface PreflightState {
  readonly asking: boolean;
  readonly since: number;
  readonly site: Site | undefined;
  /** What keeps the draft from being a site. */
  readonly open: readonly Finding[];
  readonly findings: readonly Finding[] | undefined;
  /** What each check is called, by its id. */
  readonly titles: ReadonlyMap<string, string>;
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
}

const views = new WeakMap<SiteDraft, { readonly access: AppState['access']; readonly view: WizardView }>();

/** What pages and fields look at. The same object while draft and access are the same, so that what is worked out from it is kept. */
export function viewOf(state: Pick<AppState, 'draft' | 'access' | 'product'>): WizardView {
  const kept = views.get(state.draft);
  if (kept?.access === state.access) return kept.view;
  const view: WizardView = { draft: state.draft, product: state.product, facts: factsByNode(state) };
  views.set(state.draft, { access: state.access, view });
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

export function siteName(state: Pick<AppState, 'draft'>): string {
  return textAt(state.draft, ['name']) || 'site';
}

/** Stands there until the product file has been read; the first page does not wait for it. */
export const noProduct: Product = {
  version: 1,
  id: 'none',
  name: '',
  file: '',
  features: [],
  components: [],
  volumes: [],
  featureSets: [],
  nodes: { floor: noMachine(), recommended: [], cpuFlags: [], requireSsd: false, interfaces: 1, os: [] },
  topologies: [],
  chart: { reference: '' },
  release: '',
  namespace: '',
  tlsSecret: '',
  storage: { lvm: noEngine(), cstor: noEngine(), classes: { shared: '', unshared: '' } },
  values: [],
};

function noMachine(): Product['nodes']['floor'] {
  return { cores: 0, memoryGiB: 0, diskGiB: 0, rootGiB: 0 };
}

function noEngine(): Product['storage']['lvm'] {
  return { chart: '', release: '', namespace: '', provisioner: '' };
}

export function initialState(given: Pick<AppState, 'size' | 'product' | 'rehearsal' | 'canRehearse'>): AppState {
  return {
    ...given,
    screen: 'start',
    draft: {},
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
    start: { loaded: false, index: 0, draft: undefined, recent: [], path: undefined, problem: [], busy: false },
    preflight: emptyPreflight,
    review: emptyReview,
    run: undefined,
  };
}

export const emptyPreflight: PreflightState = {
  asking: false,
  since: 0,
  site: undefined,
  open: [],
  findings: undefined,
  titles: new Map(),
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
};
