import { expect, it } from 'vitest';
import { killLoop, wantedKills } from './kill-loop.ts';
import { killTrial } from './kills.ts';

const how =
  'rehearsal at three speeds; run, resume or undo; its process, the front end or both, killed at a random moment; at most two more tries; nothing done twice, no lock that the next verb does not take, no marker or folder left';

it(`${wantedKills} runs that are killed at random moments come to their end`, { timeout: 7_200_000 }, async () => {
  expect(await killLoop('A killed run comes to its end', how, killTrial)).toEqual([]);
});
