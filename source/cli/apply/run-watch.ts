import type { Watcher } from '../../app/follow.ts';
import type { RunEvent, RunHandle, RunOrder } from '../../engine/journal/event.ts';
import type { Plan } from '../../plan/document/document.ts';
import type { Files } from '../../site/files.ts';

/** `begun`: this process has begun the run, and Ctrl-C stops it. `attached`: Ctrl-C only ends the watching. */
export type Watching = 'begun' | 'attached';

/** A run that is being watched. The run itself is another process. */
export interface RunWatch {
  readonly run: RunHandle;
  readonly plan: Plan;
  /** Throws a `Fault` where the plan may not be shown; called once, by a page when it stands. */
  readonly refuseChanged: () => void;
  /** Name of the scenario when it is a rehearsal. */
  readonly rehearsal: string | undefined;
  readonly files: Files;
  readonly watching: Watching;
  /** Processes that carried the run before this watching began: lines and JSON do not repeat what those did. */
  readonly earlier: number;
  /** Ends with `run-ended`, or when the watcher is stopped. */
  readonly events: AsyncIterable<RunEvent>;
  readonly enough: AbortController;
  steer(order: RunOrder): Promise<void>;
  readonly estimate: Watcher['estimate'];
}
