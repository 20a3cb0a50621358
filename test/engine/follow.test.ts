import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { followRun } from '../../source/engine/journal/follow.ts';
import { journalLines } from '../../source/engine/journal/journal.ts';
import { journalPath } from '../../source/engine/journal/run-paths.ts';
import { claimRun } from '../../source/engine/process/run-process.ts';
import { identifyProcess } from '../../source/host/process-identity.ts';

vi.mock('../../source/engine/journal/journal.ts', { spy: true });

it('a journal that grows without a break is read twenty times a second at most', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kloudspot-'));
  try {
    const own = identifyProcess(process.pid);
    if (own === undefined) throw new Error('this process is not there');
    await claimRun(directory, own);
    const write = (why: string) =>
      appendFileSync(
        journalPath(directory),
        `${JSON.stringify({ at: new Date().toISOString(), type: 'run-paused', why })}\n`,
      );
    const seen: string[] = [];
    const follow = async () => {
      for await (const event of followRun(directory, { signal: AbortSignal.timeout(2000) }))
        if (event.type === 'run-paused') seen.push(event.why);
    };
    const following = follow();
    const began = performance.now();
    const wanted = Array.from({ length: 200 }, (_, index) => String(index));
    for (const why of wanted) {
      write(why);
      await wait(3);
    }
    const spent = performance.now() - began;
    const readings = vi.mocked(journalLines).mock.calls.length;
    await following;
    expect(seen).toEqual(wanted);
    expect(readings).toBeGreaterThan(5);
    expect(readings).toBeLessThanOrEqual(spent / 50 + 3);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
