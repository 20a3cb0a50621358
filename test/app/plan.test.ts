import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { planOfRun, planSite } from '../../source/app/plan.ts';
import { settingsFrom } from '../../source/app/settings.ts';
import { openSite } from '../../source/app/site.ts';
import { facts } from '../ui/sample.ts';

const root = await mkdtemp(join(tmpdir(), 'ks-plan-'));
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 20 }));

it('reads the plan of a run back only as it was made, and names a file that is damaged', async () => {
  const opened = await openSite(settingsFrom({ root, rehearse: '' }));
  const seen = new Map(opened.site.nodes.map(({ name, reach }) => [name, facts(name, reach)]));
  const plan = await planSite(opened, seen);
  await opened.close();
  const run = { id: '7f3a', directory: root };
  const path = join(root, 'plan.json');
  await expect(planOfRun(run)).rejects.toMatchObject({ where: path });
  await writeFile(path, JSON.stringify(plan));
  expect((await planOfRun(run)).hash).toBe(plan.hash);
  await writeFile(path, JSON.stringify(plan).replace('"apt-get"', '"touch"'));
  await expect(planOfRun(run)).rejects.toMatchObject({
    message: 'The plan was changed after it was made.',
    where: path,
  });
  await writeFile(path, '');
  await expect(planOfRun(run)).rejects.toMatchObject({ where: path });
});
