import type { Plan } from '../plan/document.ts';
import type { RunEvent, RunHandle, RunOrder } from '../run/event.ts';

/** A run that is being watched, as every screen of it sees it. The run itself is another process. */
export interface RunWatch {
  readonly run: RunHandle;
  readonly plan: Plan;
  /** Against simulated nodes. */
  readonly rehearsal: boolean;
  /** All events from the beginning, then each new one; ends with `run-ended`. */
  follow(signal: AbortSignal): AsyncIterable<RunEvent>;
  /** Throws a `Fault` when the run does not listen any more, or does not take the order just now. */
  steer(order: RunOrder): Promise<void>;
  /** Time left in ms from earlier runs' times of the same kinds of steps; undefined when none is known. */
  estimate(doneSteps: ReadonlySet<string>): number | undefined;
}
