let pending = 0;
let listener: (() => void) | undefined;

function onSignal(): void {
  if (listener === undefined) pending += 1;
  else listener();
}

/**
 * From now on Ctrl-C does not end this process: a run is being started, and what comes before it is watched is kept.
 * The listener is never taken off again: with the last one off, Node drops a signal that has come and was not handed over yet.
 */
export function holdInterrupts(): void {
  if (!process.listeners('SIGINT').includes(onSignal)) process.on('SIGINT', onSignal);
}

/** Passes on every Ctrl-C, the kept ones first, while the work goes on. One that comes after it changes nothing: this process is about to end. */
export async function withInterrupts<Result>(interrupt: () => void, work: () => Promise<Result>): Promise<Result> {
  holdInterrupts();
  listener = interrupt;
  for (; pending > 0; pending--) interrupt();
  try {
    return await work();
  } finally {
    listener = () => undefined;
  }
}
