import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { differences, planSources, refuseStale } from '../../source/app/plan-sources.ts';
import { Fault } from '../../source/errors/fault.ts';
import { loadProduct } from '../../source/product/load.ts';
import { filesUnder } from '../../source/site/files.ts';
import { templatesFolder } from '../../source/site/templates.ts';
import { factsOf, makePlan, siteOf } from '../plan/sample.ts';

const folder = await mkdtemp(join(tmpdir(), 'kloudspot-plan-sources-'));
afterAll(() => rm(folder, { recursive: true }));

it.each([
  ['the same in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ['a value', { a: { b: 1 } }, { a: { b: 2 } }, ['a.b was 1, is 2']],
  ['a key more', {}, { a: true }, ['a is new: true']],
  ['a key less', { a: { b: 1 } }, {}, ['a is gone']],
  [
    'entries of a list, by name',
    { nodes: [{ name: 'ks-1', reach: '10.0.4.1' }, { name: 'ks-2' }] },
    { nodes: [{ name: 'ks-1', reach: '10.0.4.9' }, { name: 'ks-3' }] },
    ['nodes.ks-1.reach was "10.0.4.1", is "10.0.4.9"', 'nodes.ks-2 is gone', 'nodes.ks-3 is new'],
  ],
  ['a list of words', { a: ['x'] }, { a: ['y'] }, ['a was ["x"], is ["y"]']],
])('tells what differs: %s', (_, was, is, said) => {
  expect(differences(was, is)).toEqual(said);
});

it.each(['product', 'chart'] as const)('refuses a plan whose %s has changed', async (what) => {
  const home = join(folder, what);
  await cp(templatesFolder(), home, { recursive: true });
  const product = await loadProduct(join(home, 'products/kloudspot.yaml'));
  const [site, facts] = [siteOf({ managers: 1 }), factsOf({ managers: 1 })];
  const made = makePlan({ purpose: 'init', site, product, facts, now: new Date(0) });
  const plan = {
    ...made,
    sources: await planSources({ site, product, from: 'the rehearsal healthy', draft: () => ({}) }),
  };
  const settings = { site: '', siteGiven: false, files: filesUnder(home) };
  expect(await refuseStale(plan, 'plan.json', settings)).toEqual([]);
  const path = plan.sources.find((source) => source.what === what)?.path ?? '';
  const changed = what === 'chart' ? join(path, 'Chart.yaml') : path;
  await writeFile(changed, (await readFile(changed, 'utf8')).replace(/^(name|appVersion): .*$/m, '$1: other'));
  await expect(refuseStale(plan, 'plan.json', settings)).rejects.toSatisfy(
    (error) =>
      error instanceof Fault &&
      `${error.message} ${error.why}`.includes(`the ${what} changed after it was made. ${path}`),
  );
});
