import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { planOfRun } from '../../source/app/plan.ts';
import { planToWatch } from '../../source/app/stored-plan.ts';
import { Fault } from '../../source/errors/fault.ts';
import type { Plan } from '../../source/plan/document/document.ts';
import { planHash } from '../../source/plan/document/hash.ts';
import { factsOf, makePlan, product, siteOf } from '../plan/sample.ts';

const directory = await mkdtemp(join(tmpdir(), 'kloudspot-stored-plan-'));
afterAll(() => rm(directory, { recursive: true }));

const run = { id: '20261121-080000-abcd', directory };
const shape = { managers: 1 };
const plan = makePlan({ purpose: 'init', site: siteOf(shape), product, facts: factsOf(shape), now: new Date(0) });
const store = (stored: Plan) => writeFile(join(directory, 'plan.json'), JSON.stringify(stored));
const why = (words: string) => (error: unknown) =>
  error instanceof Fault && `${error.message} ${error.why}`.includes(words);

/** The plan of a version that has one kind of step more. */
function ofAnotherVersion(): Plan {
  const steps = plan.steps.map((step, at) => (at === 0 ? { ...step, kind: 'one-of-later' } : step));
  return { ...plan, steps, hash: planHash({ ...plan, steps }) };
}

it('is watched where a kind of its steps is not known, which carrying it out refuses', async () => {
  await store(ofAnotherVersion());
  const { plan: watched, refuseChanged } = await planToWatch(run);
  expect(watched).toEqual(ofAnotherVersion());
  expect(refuseChanged).not.toThrow();
  await expect(planOfRun(run)).rejects.toSatisfy(why('no step of kind one-of-later is known'));
});

it('is not watched where it was changed after it was made', async () => {
  await store({ ...plan, hash: '000000000000' });
  const { refuseChanged } = await planToWatch(run);
  expect(refuseChanged).toThrow('changed after it was made');
});
