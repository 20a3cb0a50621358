import { stopsAfterSteps, stopsNow } from './ending.ts';

export type StopOrder = 'stop' | 'stop-now';

/** What each Ctrl-C does to a run that was begun here: the first one stops it after the running steps, any later one now. What it does is said once. */
export function stopByInterrupts(say: (line: string) => void, order: (stop: StopOrder) => void): () => void {
  let pressed = 0;
  return () => {
    pressed += 1;
    if (pressed <= 2) say(pressed === 1 ? stopsAfterSteps : stopsNow);
    order(pressed === 1 ? 'stop' : 'stop-now');
  };
}
