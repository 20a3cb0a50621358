import { describe, expect, it } from 'vitest';
import { fastClock, ToyLand, toyPlan } from './toys.ts';

const hour = 3_600_000;

/** A fast clock whose wall time is set once the run has begun. */
function steppedClock(by: number) {
  const clock = fastClock();
  let step = 0;
  return { clock: { ...clock, now: () => clock.now() + step }, set: () => (step = by) };
}

describe('someone sets the clock during a run', () => {
  it.each([
    ['forward', hour],
    ['back', -hour],
  ])('%s by an hour: a wait that ends in time is not cut off, durations stay true', async (_, by) => {
    const { clock, set } = steppedClock(by);
    const land = new ToyLand({ clock });
    let asked = 0;
    land.on('a', {
      act: ({ until }) =>
        until({
          for: 'the third look',
          deadline: 360_000,
          every: 1_000,
          probe: async () => {
            if (asked === 0) set();
            return { ok: ++asked >= 3, observed: `look ${asked}` };
          },
        }),
    });
    expect(await land.execute(toyPlan([{ id: 'a' }])).end).toMatchObject({ outcome: 'done' });
    expect(asked).toBe(3);
    const [done] = land.of('step-done');
    expect(done?.durationMs).toBeGreaterThan(1_000);
    expect(done?.durationMs).toBeLessThan(hour);
  });

  it('back by an hour: a wait still ends at its deadline', async () => {
    const { clock, set } = steppedClock(-hour);
    const land = new ToyLand({ clock });
    land.on('a', {
      act: ({ until }) =>
        until({
          for: 'nothing',
          deadline: 20_000,
          every: 1_000,
          probe: async () => {
            set();
            return { ok: false, observed: 'not yet' };
          },
        }),
    });
    expect(await land.execute(toyPlan([{ id: 'a' }])).end).toMatchObject({ outcome: 'failed' });
    expect(land.of('step-failed')[0]).toMatchObject({ seen: 'after 20 s: not yet' });
  });
});
