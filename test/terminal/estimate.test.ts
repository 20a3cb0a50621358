import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Screen } from './screen.ts';

const answers = [
  ['Enable KloudManage', 'n'],
  ['Enable KloudInsights', 'y'],
  ['Enable Kloudhybrid', 'n'],
  ['Stream processing elasticsearch (GB)', ''],
  ['Stream processing state storage (GB)', ''],
  ['Kloudinsights database (GB)', ''],
  ['Kafka distributed messaging (GB)', ''],
  ['Zookeeper coordinator (GB)', ''],
  ['Keep these answers', 'y'],
] as const;

/** A folder with a scenario in which the cluster stands, and the words of a rehearsal of it. */
async function standing() {
  const root = await mkdtemp(join(tmpdir(), 'kloudspot-estimate-'));
  onTestFinished(() => rm(root, { recursive: true, force: true, maxRetries: 20 }));
  const healthy = await readFile(resolve(import.meta.dirname, '../../templates/rehearsal/healthy.yaml'), 'utf8');
  const scenario = join(root, 'standing.yaml');
  const named = healthy.replace('hostname: ubuntu-2', 'hostname: ks-2').replace('hostname: ubuntu-3', 'hostname: ks-3');
  await writeFile(scenario, `${named}\ncluster: { managers: [ks-1, ks-2, ks-3], addons: [dns] }\n`);
  const words = [`--rehearse=${scenario}`, '--root', join(root, 'root'), '--accept-new-host-keys'];
  const runs = join(root, 'root/var/lib/kloudspot/runs');
  const journal = async () => {
    const [run = ''] = await readdir(runs).catch(() => []);
    return readFile(join(runs, run, 'journal.jsonl'), 'utf8').catch(() => '');
  };
  return { words, journal };
}

it('a run of storage estimate whose process is killed is told of; the answers are kept, and the printed resume ends it', async () => {
  const { words, journal } = await standing();
  const screen = new Screen(['storage', 'estimate', ...words, '--speed', '3'], { rows: 200, columns: 200 });
  await screen.see('(y/N)');
  screen.press('y\r');
  await expect.poll(journal).toMatch(/"step-started"/);
  const [, pid] = /"process":(\d+)/.exec(await journal()) ?? [];
  process.kill(Number(pid), 'SIGKILL');
  await screen.see('its run is not finished. To continue it: kloudspot resume');
  for (const [question, answer] of answers) {
    await screen.see(question);
    screen.press(`${answer}\r`);
  }
  expect(await screen.exited()).toBe(4);
  const [, resume = ''] = /To continue it: kloudspot (resume \S.*\S)/.exec(screen.text()) ?? [];
  expect(screen.text()).toMatch(/Kept in .*site\.yaml/);
  const resumed = new Screen([...resume.split(' '), '--yes', '--speed', '100000'], { rows: 60 });
  expect(await resumed.exited()).toBe(0);
  expect(await journal()).toMatch(/"run-ended","outcome":"done"/);
  const again = new Screen(['storage', 'estimate', ...words, '--yes'], { rows: 100 });
  expect(await again.exited()).toBe(0);
  expect(again.output).toMatch(/Openebs is installed[\s\S]*Kafka distributed messaging \(GB\) : 2 unshared, typed/);
});

it('storage estimate installs OpenEBS on the cluster that stands, in a run of its own, and its answers are kept', async () => {
  const { words, journal } = await standing();
  const screen = new Screen(['storage', 'estimate', ...words, '--speed', '100000'], { rows: 200 });
  await screen.see('Openebs not installed');
  await screen.see('(y/N)');
  screen.press('y\r');
  await screen.see('installing OpenEBS...');
  await screen.see('Successfully installed OpenEBS.');
  await screen.see('All PODs are UP now...');
  for (const [question, answer] of answers) {
    await screen.see(question);
    screen.press(`${answer}\r`);
  }
  expect(await screen.exited()).toBe(0);
  expect(screen.text()).toMatch(/The configuration looks OK[\s\S]*Kept in .*site\.yaml/);

  expect(await journal()).toMatch(/"storage-engine\/lvm".*"outcome":"changed"/);
  expect(await journal()).toMatch(/"storage-engine\/cstor".*"outcome":"changed"/);
  const again = new Screen(['storage', 'estimate', ...words, '--yes']);
  expect(await again.exited()).toBe(0);
  expect(again.output).toContain('Openebs is installed');
});
