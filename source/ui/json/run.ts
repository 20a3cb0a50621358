import type { RunEvent, RunOutcome } from '../../engine/journal/event.ts';

/**
 * Writes each event as one line of JSON, those of the first `earlier` processes left out. Gives how the run ended;
 * undefined when the watching ended first.
 */
export async function writeEvents(
  events: AsyncIterable<RunEvent>,
  write: (line: string) => void,
  earlier = 0,
): Promise<RunOutcome | undefined> {
  let outcome: RunOutcome | undefined;
  let begun = 0;
  for await (const event of events) {
    if (event.type === 'run-started') begun++;
    if (begun > earlier) write(`${JSON.stringify(event)}\n`);
    // A run that was resumed goes on behind its end.
    outcome = event.type === 'run-ended' ? event.outcome : undefined;
  }
  return outcome;
}
