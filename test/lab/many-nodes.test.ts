import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { preflightSchema } from '../../source/cli/text/preflight-schema.ts';
import * as lab from './lab.ts';
import { fromLaptop, ran } from './program.ts';
import { writeProduct, writeSite } from './site.ts';

const count = 20;
/** s that a preflight of 20 nodes with all pairs may take from cold, on two cores with nothing beside it. */
const limit = 20;
let root: string;
let site: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({ nodes: count, upgrade: false, provisioner: false, kubelet: 'kwok', volumeGroup: 'ubuntu-vg' });
  const product = await writeProduct(join(root, 'site'));
  const nodes = Array.from({ length: count }, (_, at) => ({
    n: at + 1,
    name: `ks-${at + 1}`,
    role: at < 3 ? ('manager' as const) : ('worker' as const),
  }));
  site = await writeSite({ folder: join(root, 'site'), product, nodes, deploy: 'later' });
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

it(`preflight of ${count} nodes with all pairs ends within ${limit} s from cold`, async () => {
  const load = loadavg()[0]?.toFixed(1);
  const begun = performance.now();
  const { stdout, stderr } = await ran(
    fromLaptop(root, 'preflight', '--site', site, '--accept-new-host-keys', '--json'),
  );
  const seconds = (performance.now() - begun) / 1_000;
  console.info(`preflight of ${count} nodes: ${seconds.toFixed(1)} s, load before ${load}`);
  expect(stdout, stderr).not.toBe('');
  const { findings, pairs } = preflightSchema.parse(JSON.parse(stdout));
  const of = (check: string) => findings.filter((finding) => finding.check === check);
  for (const check of ['access', 'facts-complete', 'pair-ports', 'pair-names'])
    expect(
      of(check).filter(({ grade }) => grade === 'fail'),
      check,
    ).toEqual([]);
  expect(pairs.filter(({ ports }) => Object.keys(ports).length > 0)).toHaveLength(count * (count - 1));
  expect(seconds).toBeLessThan(limit);
});
