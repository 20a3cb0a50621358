import { expect, it } from 'vitest';
import { facts, wholeDraft } from '../sample.ts';
import { Walk } from './walk.tsx';

const nodes = ['21', '22'].map((last, index) => ({ name: `berlin-${index + 1}`, reach: `10.0.4.${last}` }));
const walkWith = (names: readonly string[]): Walk =>
  names.reduce(
    (walk, name, index) =>
      walk.tell({
        type: 'access',
        reach: `10.0.4.2${index + 1}`,
        now: 0,
        state: { state: 'ready', facts: facts(name, `10.0.4.2${index + 1}`) },
      }),
    new Walk().tell({ type: 'draft', draft: { ...wholeDraft, name: 'berlin', nodes }, savedAt: new Date(0), now: 0 }),
  );

it('h gives numbered nodes the host names of the machines', () => {
  const walk = walkWith(['fra-a', 'fra-b']);
  expect(walk.shown()).toContain('The machines call themselves fra-a and fra-b. h uses these names.');
  expect(walk.keys('h').state.draft.nodes).toEqual([
    { name: 'fra-a', reach: '10.0.4.21' },
    { name: 'fra-b', reach: '10.0.4.22' },
  ]);
});

it('nothing is offered where they have one name', () => {
  expect(walkWith(['fra', 'fra']).shown()).not.toContain('call themselves');
});
