import type { RunEvent, RunEventBody } from './event.ts';

/** What the journal so far says of one step. */
export interface StepPast {
  /** `open`: never begun, or begun and not ended, or failed, or undone. */
  readonly state: 'open' | 'done' | 'skipped';
  readonly attempts: number;
  /** It ran a command or wrote a file that was not undone since. */
  readonly touched: boolean;
  readonly remembered: ReadonlyMap<string, string>;
}

export const noPast: StepPast = {
  state: 'open',
  attempts: 0,
  touched: false,
  remembered: new Map(),
};

/** What a resume and an undo rest on, read out of a journal and kept up while the run goes on. */
export interface RunPast {
  /** A process has carried this run before. */
  readonly begun: boolean;
  of(step: string): StepPast;
  /** Ids of steps in the order in which their last attempts began. */
  order(): readonly string[];
  note(event: RunEventBody): void;
}

export function pastOf(events: readonly RunEvent[]): RunPast {
  const steps = new Map<string, StepPast>();
  let order: readonly string[] = [];
  const past: RunPast = {
    begun: events.length > 0,
    of: (step) => steps.get(step) ?? noPast,
    order: () => order,
    note: (event) => {
      if (!('step' in event)) return;
      if (event.type === 'step-started') order = [...order.filter((id) => id !== event.step), event.step];
      steps.set(event.step, pastAfter(past.of(event.step), event));
    },
  };
  for (const event of events) past.note(event);
  return past;
}

function pastAfter(past: StepPast, event: Extract<RunEventBody, { readonly step: string }>): StepPast {
  switch (event.type) {
    case 'step-started':
      return { ...past, state: 'open', attempts: event.attempt };
    case 'command':
    case 'file-written':
      return { ...past, touched: true };
    case 'remembered':
      // What a later attempt finds may be the work of an earlier one: the first value is the one to go back to.
      if (past.remembered.has(event.key)) return past;
      return { ...past, remembered: new Map(past.remembered).set(event.key, event.value) };
    case 'step-done':
      return { ...past, state: event.outcome === 'skipped' ? 'skipped' : 'done' };
    case 'step-undone':
      return { ...noPast, attempts: past.attempts };
    default:
      return past;
  }
}
