import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { forbidden, type Import, importsOf, knots } from './layers.ts';

const imports = importsOf(resolve(import.meta.dirname, '../../source'));
const planted = (from: string, to: string, lazy = false): Import => ({ from, to, lazy });

it('allows only the imports of the table', () => expect(forbidden(imports)).toEqual([]));

it('has no folders that import each other', () => expect(knots(imports)).toEqual([]));

it.each([
  ['an import upwards', planted('host/a.ts', 'cli/line/verb.ts')],
  ['the engine loading the rehearsal', planted('engine/a.ts', 'rehearsal/rehearsal.ts', true)],
  ['the application importing the rehearsal at start', planted('app/a.ts', 'rehearsal/rehearsal.ts')],
  ['a verb importing the rehearsal', planted('cli/verbs/a.ts', 'rehearsal/rehearsal.ts', true)],
  ['the application knowing a terminal', planted('app/a.ts', 'ui/ink/init.tsx')],
  ['a folder that the table does not name', planted('novelty/a.ts', 'host/host.ts')],
])('refuses %s', (_, violation) => {
  expect(forbidden([...imports, violation])).toHaveLength(forbidden(imports).length + 1);
});

it('reports two folders that import each other', () => {
  expect(
    knots([planted('plan/steps/a.ts', 'plan/stages/b.ts'), planted('plan/stages/b.ts', 'plan/steps/c.ts')]),
  ).toEqual(['plan/stages', 'plan/steps']);
});
