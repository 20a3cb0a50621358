import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { forbidden, type Import, importsOf, impure, impurities, knots } from './layers.ts';

const source = resolve(import.meta.dirname, '../../source');
const imports = importsOf(source);
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

it('has no effect in a pure folder', () => expect(impurities(source)).toEqual([]));

it.each([
  ['a file that is read', 'plan/steps/a.ts', "import { readFile } from 'node:fs/promises';", 1],
  ['the clock', 'wizard/pages/a.ts', 'const now = Date.now();', 1],
  ['the time as a date', 'check/a.ts', 'judge(new Date());', 1],
  ['the environment', 'kubernetes/a.ts', "const home = process.env['HOME'];", 1],
  ['the clock in a folder that is not pure', 'app/a.ts', 'const now = Date.now();', 0],
  ['a time that was handed in', 'plan/a.ts', 'const made = new Date(now);', 0],
])('sees %s', (_, file, text, count) => expect(impure(file, text)).toHaveLength(count));
