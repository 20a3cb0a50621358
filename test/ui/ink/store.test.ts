import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Store } from '../../../source/ui/ink/app/store.ts';

interface Counted {
  readonly type: 'key' | 'event';
}

const counting = () =>
  new Store<number, Counted, never>(0, {
    update: (count) => ({ state: count + 1, effects: [] }),
    perform: () => undefined,
  });

/** How often listeners hear in so many ms of news without a break, where each hearing takes `busyMs`. */
async function heardIn(ms: number, busyMs: number): Promise<number> {
  const store = counting();
  let heard = 0;
  store.subscribe(() => {
    heard++;
    const until = performance.now() + busyMs;
    while (performance.now() < until);
  });
  for (const until = performance.now() + ms; performance.now() < until; await wait(2))
    store.dispatch({ type: 'event' });
  return heard;
}

describe('what a screen is told', () => {
  it('is news eight times a second at most, however much comes', async () => {
    expect(await heardIn(1000, 0)).toBeLessThanOrEqual(10);
  });

  it('is news less often where drawing takes long: an eighth of the time at most', async () => {
    expect(await heardIn(1500, 60)).toBeLessThanOrEqual(4);
  });

  it('is a key at once, with all that happened before', async () => {
    const store = counting();
    const seen: number[] = [];
    store.subscribe(() => seen.push(store.snapshot()));
    store.dispatch({ type: 'event' });
    store.dispatch({ type: 'key' });
    await Promise.resolve();
    expect(seen).toEqual([2]);
  });
});
