import type { Clock } from '../../host/host.ts';
import { isPassing } from '../../host/host-fault.ts';
import type { Wait } from '../../plan/step.ts';
import { StepFault } from '../../plan/step-fault.ts';
import { defined } from '../../text/defined.ts';
import { durationWords } from '../../text/duration.ts';
import type { RunEventBody } from '../journal/event.ts';

interface Waiting {
  readonly step: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Writes to the journal without waiting for the disk. */
  note(event: RunEventBody): void;
}

/** ms after which a wait is reported again although nothing has changed. */
const silence = 15_000;

/** Probes until ready, and for as long as it has to stay so. Says what it waits for at the start, whenever what it sees changes, and every 15 s. */
export async function waitUntil(wait: Wait, { step, clock, signal, note }: Waiting): Promise<void> {
  const until = clock.elapsed() + wait.deadline;
  let told: { seen: string; at: number } | undefined;
  let readySince: number | undefined;
  for (;;) {
    signal.throwIfAborted();
    const { ok, observed: seen, hopeless } = await probe(wait);
    const now = clock.elapsed();
    readySince = ok ? (readySince ?? now) : undefined;
    if (readySince !== undefined && now - readySince >= (wait.steady ?? 0)) return;
    if (hopeless) throw fault(wait, seen);
    if (!ok && now >= until) throw fault(wait, `after ${durationWords(wait.deadline)}: ${seen}`);
    if (told?.seen !== seen || now - told.at >= silence) {
      told = { seen, at: now };
      note({ type: 'waiting', step, for: wait.for, seen, untilAt: new Date(clock.now() + until - now).toISOString() });
    }
    const pause = wait.every ?? 2000;
    await clock.sleep(ok ? pause : Math.min(pause, until - now), signal);
  }
}

/**
 * While a machine restarts, changes its address or is busy, not being reached and being late is what one waits through, not a
 * failure: also of a command, which a probe repeats in any case.
 */
async function probe(wait: Wait): ReturnType<Wait['probe']> {
  try {
    return await wait.probe();
  } catch (error) {
    const why = error instanceof StepFault ? error.cause : error;
    if (isPassing(why)) return { ok: false, observed: why.message };
    throw error;
  }
}

const fault = (wait: Wait, seen: string): StepFault =>
  new StepFault({
    tried: `wait for ${wait.for}`,
    seen,
    ...defined({ causes: wait.causes, next: wait.next }),
  });
