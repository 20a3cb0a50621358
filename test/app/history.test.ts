import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pastRuns } from '../../source/app/history.ts';
import { writeOrigin } from '../../source/engine/process/origin.ts';
import { filesUnder } from '../../source/site/files.ts';

const root = await mkdtemp(join(tmpdir(), 'kloudspot-history-'));
afterAll(() => rm(root, { recursive: true, force: true }));

/** The journal of a run as two processes wrote it: `undo` begins `gap` after the end of the build, which took 6 minutes. */
async function spentOf(run: string, gap: number, outcome: string): Promise<number | undefined> {
  const files = filesUnder(root);
  const directory = join(files.runs, run);
  await mkdir(directory, { recursive: true });
  const begin = Date.parse('2026-01-01T10:00:00.000Z');
  const at = (ms: number) => ({ at: new Date(begin + ms).toISOString() });
  const started = { type: 'run-started', run, plan: 'p', owner: 'root', host: 'h', process: 1, version: '1' };
  const events = [
    { ...at(0), ...started, resumed: false },
    { ...at(360_000), type: 'run-ended', outcome, why: 'w' },
    { ...at(360_000 + gap), ...started, resumed: true },
    { ...at(400_000 + gap), type: 'run-ended', outcome: 'undone', why: 'w' },
  ];
  await writeFile(join(directory, 'journal.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return (await pastRuns(files)).find((past) => past.run === run)?.spentMs;
}

it.each([
  ['20260101-100000-0001', 9 * 3_600_000, 'done', 400_000],
  ['20260101-100000-0002', -3_600_000, 'done', 400_000],
  ['20260101-100000-0003', 90_000, 'rebooting', 490_000],
] as const)('%s: a gap of %i ms after %s', async (run, gap, outcome, spent) => {
  expect(await spentOf(run, gap, outcome)).toBe(spent);
});

it('names failed steps as the run did, and by their ids where the plan cannot be read', async () => {
  const files = filesUnder(await mkdtemp(join(root, 'failed-')));
  const at = '2026-01-01T10:00:00.000Z';
  const failures = ['rollout', 'join@ks-2'].map((step) => ({
    at,
    type: 'step-failed',
    step,
    tried: 't',
    seen: 's',
    causes: [],
    next: [],
    durationMs: 1,
  }));
  const steps = [
    { id: 'rollout', title: 'Every part becomes ready' },
    { id: 'join@ks-2', title: 'Join ks-2', node: 'ks-2' },
  ];
  for (const run of ['20260101-100000-0004', '20260101-100000-0005']) {
    const directory = join(files.runs, run);
    await mkdir(directory, { recursive: true });
    const started = { at, type: 'run-started', run, plan: 'p', owner: 'root', host: 'h', process: 1, version: '1' };
    const lines = [{ ...started, resumed: false }, ...failures].map((event) => `${JSON.stringify(event)}\n`);
    await writeFile(join(directory, 'journal.jsonl'), lines.join(''));
  }
  const plan = { purpose: 'update', site: { name: 'berlin' }, steps };
  await writeFile(join(files.runs, '20260101-100000-0004', 'plan.json'), JSON.stringify(plan));
  const [damaged, whole] = await pastRuns(files);
  expect(whole?.failedTitles).toEqual(['Every part becomes ready', 'ks-2: Join ks-2']);
  expect(damaged?.failedTitles).toEqual(['rollout', 'join@ks-2']);
});

it('names the verb that began a run: apply makes a plan like that of init', async () => {
  const directory = join(filesUnder(root).runs, '20260101-100000-0006');
  await mkdir(directory, { recursive: true });
  await writeOrigin(directory, { version: 1, root, verb: 'apply' });
  await writeFile(
    join(directory, 'plan.json'),
    JSON.stringify({ purpose: 'init', site: { name: 'berlin' }, steps: [] }),
  );
  const [newest] = await pastRuns(filesUnder(root));
  expect(newest).toMatchObject({ verb: 'apply', purpose: 'init' });
});
