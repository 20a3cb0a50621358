import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watcherOf } from '../../source/app/follow.ts';
import { openMemory } from '../../source/operator/memory.ts';
import { filesUnder } from '../../source/site/files.ts';
import { planOf, siteOf, wholeDraft } from '../ui/sample.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kloudspot-follow-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('reads the times of earlier runs once for the estimates of many events', async () => {
  const files = filesUnder(root);
  const plan = planOf(siteOf(wholeDraft));
  const memory = openMemory(files);
  memory.rememberStepTimes(plan.steps.map(({ kind }) => ({ kind, ms: 1000, changed: true })));
  const stepTimes = vi.fn(memory.stepTimes);
  const watcher = watcherOf(files, () => ({ ...memory, stepTimes }));
  expect(watcher.estimate(plan, new Set())).toBeUndefined();
  const begun = { type: 'run-started', run: 'a', plan: 'x', process: 1, owner: 'me', host: 'h', resumed: false };
  writeFileSync(join(root, 'journal.jsonl'), `${JSON.stringify({ at: new Date(0).toISOString(), ...begun })}\n`);
  for await (const event of watcher.follow({ id: 'a', directory: root }, AbortSignal.timeout(60_000))) {
    expect(event.type).toBe('run-started');
    break;
  }
  for (let event = 0; event < 100; event++) expect(watcher.estimate(plan, new Set())).toBeGreaterThan(0);
  expect(stepTimes).toHaveBeenCalledTimes(1);
});
