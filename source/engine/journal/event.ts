import type { OutputStream } from '../../host/host.ts';

/**
 * One line of `journal.jsonl`. The journal is the bus: screens, `attach`, `resume` and JSON output read only this.
 * `at` is ISO 8601 by the workstation's clock. Secrets are masked before an event is written.
 */
export type RunEvent = { readonly at: string } & RunEventBody;

export type RunEventBody =
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly plan: string;
      readonly process: number;
      readonly owner: string;
      readonly host: string;
      readonly resumed: boolean;
      /** This process undoes the run, or one step of it. */
      readonly undo?: { readonly step?: string };
      /** Checks that failed before it, and that the operator let pass. */
      readonly accepted?: readonly string[];
    }
  | { readonly type: 'step-started'; readonly step: string; readonly attempt: number; readonly deadlineMs: number }
  /** The argument array as shown to the operator, secrets masked. */
  | { readonly type: 'command'; readonly step: string; readonly node: string; readonly command: readonly string[] }
  | {
      readonly type: 'command-ended';
      readonly step: string;
      readonly node: string;
      readonly code: number;
      readonly durationMs: number;
    }
  | {
      readonly type: 'line';
      readonly step: string;
      readonly node: string;
      readonly stream: OutputStream;
      readonly text: string;
    }
  | { readonly type: 'progress'; readonly step: string; readonly fraction?: number; readonly text: string }
  | {
      readonly type: 'waiting';
      readonly step: string;
      readonly for: string;
      readonly seen: string;
      readonly untilAt: string;
    }
  /** `before`: the text that was replaced; undefined when the file was new. Files that hold secrets carry `secret: true` and no text. */
  | {
      readonly type: 'file-written';
      readonly step: string;
      readonly node: string;
      readonly path: string;
      readonly before?: string;
      readonly secret: boolean;
    }
  /** Something a step must know later, for its undo or after a resume. */
  | { readonly type: 'remembered'; readonly step: string; readonly key: string; readonly value: string }
  | {
      readonly type: 'step-done';
      readonly step: string;
      readonly outcome: 'changed' | 'already' | 'skipped';
      readonly seen: string;
      readonly durationMs: number;
    }
  | {
      readonly type: 'step-failed';
      readonly step: string;
      readonly tried: string;
      readonly seen: string;
      readonly causes: readonly string[];
      readonly next: readonly string[];
      readonly durationMs: number;
    }
  /** The operator has chosen to try a failed step again: it waits for its turn. */
  | { readonly type: 'step-requeued'; readonly step: string }
  | { readonly type: 'undo-started'; readonly step: string }
  | { readonly type: 'step-undone'; readonly step: string; readonly seen: string }
  | { readonly type: 'undo-failed'; readonly step: string; readonly seen: string }
  | { readonly type: 'run-paused'; readonly why: string }
  | { readonly type: 'run-continued' }
  | { readonly type: 'run-ended'; readonly outcome: RunOutcome; readonly why: string };

/**
 * `stopped`: by the operator; `failed`: a step failed and no one chose; `interrupted`: the process was stopped;
 * `rebooting`: the workstation reboots and the run continues by itself; `lost`: the process died unexpectedly;
 * `removed`: the files of the run were. No journal holds these two: a reader says them when it finds process or files gone. `partly-undone`: one step was undone, as asked.
 */
export type RunOutcome =
  | 'done'
  | 'failed'
  | 'stopped'
  | 'interrupted'
  | 'rebooting'
  | 'undone'
  | 'partly-undone'
  | 'lost'
  | 'removed';

/** What steers a running run, one JSON object a line over its control socket. */
export type RunOrder =
  | { readonly order: 'pause' }
  | { readonly order: 'continue' }
  | { readonly order: 'retry'; readonly step: string }
  | { readonly order: 'skip'; readonly step: string }
  | { readonly order: 'undo'; readonly step: string }
  /** After the running steps. */
  | { readonly order: 'stop' }
  /** At once, still journalled. */
  | { readonly order: 'stop-now' };

/** One run on disk: `plan.json` and `journal.jsonl` in its folder. */
export interface RunHandle {
  readonly id: string;
  readonly directory: string;
}
