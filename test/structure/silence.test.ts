import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import type * as z from 'zod';
import type { LookContext, StepContext, StepKind } from '../../source/plan/step.ts';

const source = resolve(import.meta.dirname, '../../source');

/** Files in which nothing is done or judged by the empty list that stands for an answer that did not come. */
const wordsOnly: readonly string[] = [
  'plan/execution/workload-wait.ts', // what is stuck explains a failure
  'plan/steps/addon-metallb.ts', // a kind that the API does not know has no objects
  'plan/steps/drill.ts', // it reports what did not answer
  'plan/steps/grow-claims.ts', // events explain a failure
];

test('no step takes an answer that did not come for an empty one: it asks until it is told, or says that nothing was', () => {
  const empty = /answered \?.*: (?:\(?\[\]|undefined|''|false|0)|\.answered &&/;
  const found = globSync('plan/**/*.ts', { cwd: source }).filter((path) =>
    empty.test(readFileSync(resolve(source, path), 'utf8')),
  );
  expect(found.toSorted()).toEqual(wordsOnly);
});

test('a state check that could wait or act does not compile', () => {
  type Check<Context> = (context: Context) => ReturnType<StepKind<z.ZodType>['state']>;
  expectTypeOf<Check<LookContext>>().toExtend<StepKind<z.ZodType>['state']>();
  expectTypeOf<Check<StepContext>>().not.toExtend<StepKind<z.ZodType>['state']>();
});
