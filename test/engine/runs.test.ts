import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { claimRun } from '../../source/engine/process/run-process.ts';
import { endedEarly, newestBegun, unfinishedRun } from '../../source/engine/runs.ts';
import { rolledBackMark } from '../../source/plan/step.ts';
import { filesUnder } from '../../source/site/files.ts';

const root = await mkdtemp(join(tmpdir(), 'kloudspot-runs-'));
afterAll(() => rm(root, { recursive: true, force: true }));

const at = '2026-01-01T10:00:00.000Z';

async function filesWith(name: string, ends: Readonly<Record<string, readonly object[]>>) {
  const files = filesUnder(join(root, name));
  for (const [run, events] of Object.entries(ends)) {
    await mkdir(join(files.runs, run), { recursive: true });
    const started = { type: 'run-started', run, plan: 'p', owner: 'root', host: 'h', process: 1, version: '1' };
    const lines = [{ ...started, resumed: false }, ...events].map((event) => `${JSON.stringify({ at, ...event })}\n`);
    await writeFile(join(files.runs, run, 'journal.jsonl'), lines.join(''));
  }
  return files;
}
const ended = (outcome: string) => ({ type: 'run-ended', outcome, why: 'w' });
const rolledBack = [
  { type: 'step-started', step: 'update', attempt: 1, deadlineMs: 1 },
  { type: 'remembered', step: 'update', key: rolledBackMark, value: 'yes' },
];

it('a run that failed is found behind one that is done, where nothing is to be resumed by itself', async () => {
  const files = await filesWith('failed', { '01': [ended('failed')], '02': [ended('undone')], '03': [ended('done')] });
  expect(await unfinishedRun(files)).toBeUndefined();
  expect(await endedEarly(files)).toMatchObject({ id: '01', state: 'failed' });
});

it('one that was rolled back is not: it would try the same change again', async () => {
  const files = await filesWith('rolled-back', { '01': [...rolledBack, ended('failed')], '02': [ended('done')] });
  expect(await endedEarly(files)).toBeUndefined();
});

it('the newest run that was begun is found without its journal, which may be long', async () => {
  const files = await filesWith('begun', { '01': [ended('done')] });
  await mkdir(join(files.runs, '02', 'journal.jsonl'), { recursive: true });
  await claimRun(join(files.runs, '02'), { host: 'h', machine: 'm', process: 1, started: '' });
  await mkdir(join(files.runs, '03'));
  expect(await newestBegun(files)).toMatchObject({ id: '02' });
});
