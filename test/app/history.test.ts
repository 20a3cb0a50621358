import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pastRuns } from '../../source/app/history.ts';
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
