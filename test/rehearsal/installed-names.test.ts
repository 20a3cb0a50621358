import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runChecks } from '../../source/check/run.ts';
import { gatherFacts } from '../../source/facts/gather.ts';
import { loadProduct } from '../../source/product/load.ts';
import { siteSchema } from '../../source/site/schema.ts';
import { bench } from './world.ts';

const scenario = join(import.meta.dirname, '../check/recorded/names-and-raid.yaml');

test('machines with full, upper-case and useless names behind a RAID controller: a warning that names it, and new names', async () => {
  const world = await bench({ scenario });
  const site = siteSchema.parse(world.draft);
  const seen = site.nodes.map(async ({ name }) => {
    const host = await world.host(name);
    return [name, await gatherFacts(host, { node: name, clock: world.clock, packages: [] })] as const;
  });
  const facts = new Map(await Promise.all(seen));
  const findings = runChecks({ site, product: await loadProduct('kloudspot'), facts });
  const of = (check: string) => findings.filter((finding) => finding.check === check);
  expect(of('ssd').map(({ grade, reason }) => [grade, reason])).toEqual(
    Array.from({ length: 3 }, () => ['warn', expect.stringMatching(/controller \(PERC H755 Front\) hides/)]),
  );
  expect(of('host-name').map(({ grade, seen }) => [grade, seen])).toEqual([
    ['pass', 'ks-1.corp.example.org, becomes ks-1'],
    ['pass', 'KS-2, becomes ks-2'],
    ['pass', 'localhost, becomes ks-3'],
  ]);
  expect(findings.filter(({ grade }) => grade === 'fail')).toEqual([]);
});
