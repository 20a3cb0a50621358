import type { AccessState } from '../../../app/session.ts';
import type { RunEvent, RunOrder } from '../../../engine/journal/event.ts';
import type { ExitCode } from '../../../errors/fault.ts';
import type { HostKeyOffer } from '../../../host/host.ts';
import type { Plan } from '../../../plan/document/document.ts';
import type { Product } from '../../../product/schema.ts';
import type { Finding } from '../../../site/finding.ts';
import type { Site, SiteDraft } from '../../../site/schema.ts';
import type { Review } from '../../model/review.ts';
import type { KeyPress } from '../widgets/keys.ts';
import type { AppState, StartState } from './state.ts';

/** What can happen to the screens: a key, or news from the session. */
export type AppEvent =
  | { readonly type: 'key'; readonly key: KeyPress }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'time'; readonly now: number }
  | {
      /** The session is there: the first page was drawn before it. */
      readonly type: 'opened';
      readonly product: Product;
      readonly rehearsal: string | undefined;
      readonly canRehearse: boolean;
    }
  | { readonly type: 'session'; readonly product: Product; readonly rehearsal: string | undefined }
  | { readonly type: 'start-known'; readonly draft: StartState['draft']; readonly recent: StartState['recent'] }
  | { readonly type: 'draft'; readonly draft: SiteDraft; readonly savedAt: Date | undefined }
  | { readonly type: 'start-failed'; readonly lines: readonly string[] }
  /** Something that belongs to no page of its own did not work. */
  | { readonly type: 'message'; readonly lines: readonly string[] }
  | { readonly type: 'saved'; readonly at: Date }
  | { readonly type: 'save-failed'; readonly why: string }
  | { readonly type: 'access'; readonly reach: string; readonly state: AccessState; readonly now: number }
  | { readonly type: 'judged'; readonly open: readonly Finding[]; readonly site: Site | undefined }
  | { readonly type: 'checked'; readonly findings: readonly Finding[]; readonly titles: ReadonlyMap<string, string> }
  | { readonly type: 'check-failed'; readonly lines: readonly string[] }
  | { readonly type: 'planned'; readonly plan: Plan; readonly review: Review }
  | { readonly type: 'plan-failed'; readonly lines: readonly string[] }
  | { readonly type: 'begun'; readonly now: number }
  | { readonly type: 'begin-failed'; readonly lines: readonly string[] }
  | { readonly type: 'run'; readonly event: RunEvent; readonly left: number | undefined; readonly now: number }
  | { readonly type: 'run-lost'; readonly why: string };

/** What a key asks of the world. Data only; `world.ts` does it. */
export type Command =
  | { readonly do: 'new-draft' }
  | { readonly do: 'load'; readonly path: string }
  | { readonly do: 'rehearse' }
  /** Connect again; undefined: to every node that is not ready. */
  | { readonly do: 'reconnect'; readonly reach: string | undefined }
  | { readonly do: 'trust'; readonly offers: readonly HostKeyOffer[]; readonly reaches: readonly string[] }
  | {
      readonly do: 'password';
      readonly node: string | undefined;
      readonly for: 'login' | 'sudo';
      readonly password: string;
    }
  | { readonly do: 'preflight' }
  | { readonly do: 'plan' }
  | { readonly do: 'begin' }
  | { readonly do: 'steer'; readonly order: RunOrder }
  | { readonly do: 'exit'; readonly code: ExitCode };

/** The state after an event, and what the world is asked to do. */
export interface Step {
  readonly state: AppState;
  readonly commands: readonly Command[];
}

export const only = (state: AppState, ...commands: readonly Command[]): Step => ({ state, commands });
