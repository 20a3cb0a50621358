import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StepStanding, startable } from '../../source/engine/execution/schedule.ts';
import { toyNodes, toyStep } from './toys.ts';

/** A plan of up to 12 steps, each needing some of those before it, on nodes or on the cluster. */
const plans = fc
  .array(
    fc.record({
      node: fc.option(fc.constantFrom(...toyNodes), { nil: undefined }),
      risk: fc.constantFrom('none' as const, 'low' as const, 'dangerous' as const),
      alone: fc.boolean(),
      beside: fc.boolean(),
      needs: fc.array(fc.nat(11), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((drafts) =>
    drafts.map(({ node, risk, alone, beside, needs }, place) =>
      toyStep({
        id: `${place}`,
        risk,
        alone,
        beside,
        ...(node === undefined ? {} : { node }),
        needs: [...new Set(needs.filter((need) => need < place).map(String))],
      }),
    ),
  );

describe('the choice of what starts', () => {
  it('property: every plan comes to its end, and no two steps are ever in each other’s way', () => {
    fc.assert(
      fc.property(plans, fc.infiniteStream(fc.nat()), fc.boolean(), (steps, dice, resumed) => {
        const standing = new Map<string, StepStanding>(
          steps.map(({ id }) => [id, resumed && Number(id) < 3 ? 'recheck' : 'queued']),
        );
        for (let turn = 0; turn < steps.length * 3; turn++) {
          for (const { id } of startable(steps, standing))
            standing.set(id, standing.get(id) === 'recheck' ? 'rechecking' : 'running');
          const active = steps.filter(({ id }) => ['running', 'rechecking'].includes(standing.get(id) ?? ''));
          const changing = active.filter(({ id }) => standing.get(id) === 'running');
          expect(changing.filter(({ risk }) => risk === 'dangerous').length).toBeLessThanOrEqual(1);
          // Steps of the cluster are kept apart by what they need alone.
          const nodes = changing.filter(({ beside }) => !beside).flatMap(({ node }) => node ?? []);
          expect(new Set(nodes).size).toBe(nodes.length);
          if (changing.some(({ alone }) => alone)) expect(active).toHaveLength(1);
          for (const { needs } of active) for (const need of needs) expect(standing.get(need)).toBe('settled');
          const next = active[(dice.next().value ?? 0) % Math.max(1, active.length)];
          if (next === undefined) break;
          // Now and then one that was done is found undone.
          standing.set(next.id, standing.get(next.id) === 'rechecking' && turn % 2 === 0 ? 'queued' : 'settled');
        }
        expect([...standing.values()].every((now) => now === 'settled')).toBe(true);
      }),
    );
  });
});
