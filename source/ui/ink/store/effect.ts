import type { RunOrder } from '../../../engine/journal/event.ts';
import type { ExitCode } from '../../../errors/fault.ts';
import type { HostKeyOffer } from '../../../host/host.ts';

/** What a key asks of the world. Data only; the controller does it. */
export type Effect =
  /** `replaces`: there is a draft already, of which a copy is kept first. */
  | { readonly do: 'new-draft'; readonly replaces: boolean }
  /** Goes on with the unfinished draft. */
  | { readonly do: 'continue' }
  | { readonly do: 'load'; readonly path: string; readonly replaces: boolean }
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
  /** Nodes ask one another: these two, or all. */
  | { readonly do: 'ask-pairs'; readonly nodes?: readonly [string, string] }
  | { readonly do: 'plan' }
  | { readonly do: 'begin' }
  | { readonly do: 'steer'; readonly order: RunOrder }
  | { readonly do: 'exit'; readonly code: ExitCode };
