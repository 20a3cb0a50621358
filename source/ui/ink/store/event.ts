import type { HeardAddresses } from '../../../app/ask-addresses.ts';
import type { HeardNames } from '../../../app/ask-names.ts';
import type { AccessState, InitSession } from '../../../app/session.ts';
import type { CheckHelp } from '../../../check/check.ts';
import type { PairAnswers } from '../../../facts/pairs-probe.ts';
import type { Plan } from '../../../plan/document/document.ts';
import type { Finding } from '../../../site/finding.ts';
import type { KeyLines } from '../../../site/reading/key-lines.ts';
import type { Site, SiteDraft } from '../../../site/schema.ts';
import type { Review } from '../../model/review.ts';
import type { Bindings } from '../widgets/bindings.ts';
import type { KeyPress } from '../widgets/keys.ts';
import type { Effect } from './effect.ts';
import type { RunScreenNews } from './run-state.ts';
import type { AppState, ScreenId, StartState } from './state.ts';

/** What can happen to the screens: a key, or news from the session. `now`: ms since 1970; no reducer reads a clock. */
export type AppEvent =
  | { readonly type: 'key'; readonly key: KeyPress; readonly now: number }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'time'; readonly now: number }
  /** The pages go on with another session: a rehearsal. */
  | ({ readonly type: 'session' } & Pick<InitSession, 'product' | 'rehearsal' | 'files'>)
  /** The session is open: what is asked of it is done from now on. */
  | ({ readonly type: 'opened' } & Pick<InitSession, 'product' | 'rehearsal' | 'files'> & Pick<StartState, 'problem'>)
  | {
      readonly type: 'draft';
      readonly draft: SiteDraft;
      readonly source?: KeyLines | undefined;
      readonly savedAt: Date | undefined;
      /** Where the operator was when the draft was left. */
      readonly at?: ScreenId | undefined;
      /** Where the draft that it replaces was copied to. */
      readonly copy?: string | undefined;
      /** What is missing or wrong in the file that it came from. */
      readonly open?: readonly string[];
      readonly now: number;
    }
  | { readonly type: 'start-failed'; readonly lines: readonly string[] }
  /** Something that belongs to no page of its own did not work. */
  | { readonly type: 'message'; readonly lines: readonly string[] }
  | { readonly type: 'saved'; readonly at: Date }
  | { readonly type: 'save-failed'; readonly why: string }
  | { readonly type: 'access'; readonly reach: string; readonly state: AccessState; readonly now: number }
  | { readonly type: 'heard'; readonly addresses: HeardAddresses }
  | { readonly type: 'named'; readonly names: HeardNames }
  | { readonly type: 'judged'; readonly open: readonly Finding[]; readonly site: Site | undefined }
  | {
      readonly type: 'checked';
      readonly findings: readonly Finding[];
      readonly help: ReadonlyMap<string, CheckHelp>;
    }
  | { readonly type: 'pairs'; readonly pairs: ReadonlyMap<string, PairAnswers> }
  | { readonly type: 'check-failed'; readonly lines: readonly string[] }
  | { readonly type: 'planned'; readonly plan: Plan; readonly review: Review }
  | { readonly type: 'plan-failed'; readonly lines: readonly string[] }
  | { readonly type: 'begun'; readonly now: number }
  | { readonly type: 'begin-failed'; readonly lines: readonly string[] }
  | { readonly type: 'run'; readonly news: RunScreenNews; readonly now: number };

/** The state after an event, and what the world is asked to do. */
export interface Transition<State = AppState, Asked = Effect> {
  readonly state: State;
  readonly effects: readonly Asked[];
}

export const next = <State, Asked = Effect>(state: State, ...effects: readonly Asked[]): Transition<State, Asked> => ({
  state,
  effects,
});

export type AppBindings = Bindings<Transition>;
