import { expect, it } from 'vitest';
import { killTrial } from './kills.ts';
import { record } from './record.ts';

const kills = Number(process.env['KILLS'] ?? 200);

it(`${kills} runs that are killed at random moments come to their end`, { timeout: 7_200_000 }, async () => {
  const faults: string[] = [];
  for (let seed = 1; seed <= kills; seed++) {
    const found = await killTrial(seed);
    if (found.length > 0) faults.push(`seed ${seed}: ${found.join('; ')}`);
  }
  const how =
    'rehearsal at three speeds; run, resume or undo; its process, the front end or both; at most two more tries';
  record({ promise: 'A killed run comes to its end', how, tried: kills, held: kills - faults.length });
  expect(faults).toEqual([]);
});
