import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Screen } from './screen.ts';

it('storage estimate installs OpenEBS on the cluster that stands, in a run of its own, and its answers are kept', async () => {
  const root = await mkdtemp(join(tmpdir(), 'kloudspot-estimate-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const healthy = await readFile(resolve(import.meta.dirname, '../../templates/rehearsal/healthy.yaml'), 'utf8');
  const scenario = join(root, 'standing.yaml');
  const named = healthy.replace('hostname: ubuntu-2', 'hostname: ks-2').replace('hostname: ubuntu-3', 'hostname: ks-3');
  await writeFile(scenario, `${named}\ncluster: { managers: [ks-1, ks-2, ks-3], addons: [dns] }\n`);
  const words = [`--rehearse=${scenario}`, '--speed', '100000', '--root', join(root, 'root'), '--accept-new-host-keys'];

  const screen = new Screen(['storage', 'estimate', ...words], { rows: 200 });
  await screen.see('Openebs not installed');
  await screen.see('(y/N)');
  screen.press('y\r');
  await screen.see('installing OpenEBS...');
  await screen.see('Successfully installed OpenEBS.');
  await screen.see('All PODs are UP now...');
  for (const [question, answer] of [
    ['Enable KloudManage', 'n'],
    ['Enable KloudInsights', 'y'],
    ['Enable Kloudhybrid', 'n'],
    ['Stream processing elasticsearch (GB)', ''],
    ['Stream processing state storage (GB)', ''],
    ['Kloudinsights database (GB)', ''],
    ['Kafka distributed messaging (GB)', ''],
    ['Zookeeper coordinator (GB)', ''],
    ['Keep these answers', 'y'],
  ] as const) {
    await screen.see(question);
    screen.press(`${answer}\r`);
  }
  expect(await screen.exited()).toBe(0);
  expect(screen.text()).toMatch(/The configuration looks OK[\s\S]*Kept in .*site\.yaml/);

  const [run = ''] = await readdir(join(root, 'root/var/lib/kloudspot/runs'));
  const journal = await readFile(join(root, 'root/var/lib/kloudspot/runs', run, 'journal.jsonl'), 'utf8');
  expect(journal).toMatch(/"storage-engine\/lvm".*"outcome":"changed"/);
  expect(journal).toMatch(/"storage-engine\/cstor".*"outcome":"changed"/);
  const again = new Screen(['storage', 'estimate', ...words, '--yes']);
  expect(await again.exited()).toBe(0);
  expect(again.output).toContain('Openebs is installed');
});
