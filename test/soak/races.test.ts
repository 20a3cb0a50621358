import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { claimText, ownClaim } from '../../source/engine/lock/lock-claim.ts';
import { nodeLockScript } from '../../source/engine/lock/node-lock-script.ts';
import { filesUnder } from '../../source/site/files.ts';
import { record } from './record.ts';

const races = Number(process.env['RACES'] ?? 1000);

/** What the node's script answers to one run that wants the lock. */
async function take(path: string, run: string): Promise<string> {
  const script = nodeLockScript('take', path, run);
  const child = spawn('bash', ['-c', script.text, script.name, ...(script.arguments ?? [])]);
  child.stdin.end(claimText(await ownClaim(filesUnder('/nowhere'), run)));
  return text(child.stdout);
}

it(`${races} times, two runs that want a node's lock at once: one gets it`, { timeout: 1_800_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ks-races-'));
  let held = 0;
  for (let race = 0; race < races; race++) {
    const path = join(folder, String(race));
    const answers = await Promise.all([take(path, 'one'), take(path, 'two')]);
    const won = answers.filter((answer) => answer.startsWith('yours'));
    const lost = answers.filter((answer) => /^held \d+\n\{/.test(answer));
    if (won.length === 1 && lost.length === 1) held++;
  }
  await rm(folder, { recursive: true });
  record({
    promise: 'Two runs never hold one node',
    how: "the node's own script, two shells at once",
    tried: races,
    held,
  });
  expect(held).toBe(races);
});
