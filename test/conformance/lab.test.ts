import { describe, expect, it } from 'vitest';
import { filled, holds, type Names } from './compare.ts';
import { inLabState } from './lab-states.ts';
import { labAddresses } from './lab-world.ts';
import { type Situation, shownBy } from './situations.ts';

function held(situation: Situation): void {
  if (situation.cut !== undefined) throw new Error('It is killed at its moment on a node only.');
  const { world, token } = inLabState(situation.given, situation.track);
  const names: Names = { ...labAddresses, nobody: '10.99.0.99', free: '10.99.0.200', token };
  const before = world.state(situation.on);
  const [program, ...words] = filled(situation.command, names).split(' ');
  if (program !== 'microk8s') throw new Error(`No shell is here for ${situation.command}.`);
  const result = world.run(situation.on, words);
  holds(situation, { ...result, before, after: world.state(situation.on) }, names);
}

const { shown, gaps } = shownBy('lab');

describe("the lab's microk8s behaves as the genuine one", () => {
  it.each(shown.map((situation) => [situation.id, situation] as const))('%s', (_, situation) => held(situation));
});

describe('a gap that is listed is one', () => {
  it.each(gaps.map((situation) => [situation.id, situation] as const))('%s', (_, situation) => {
    expect(() => held(situation)).toThrow();
  });
});
