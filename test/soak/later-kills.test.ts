import { expect, it } from 'vitest';
import { killLoop, wantedKills } from './kill-loop.ts';
import { laterKillTrial } from './later-kills.ts';

const how =
  'rehearsal of a running site: node add, remove and replace, update, stop, start, backup, restore, upgrade, certificates renew, storage grow, drill, rebalance; killed as above; nothing done twice, no lock that the next verb does not take, no marker or folder left, and status as the verb leaves it';

it(`${wantedKills} verbs that are killed at random moments come to their end`, { timeout: 7_200_000 }, async () => {
  expect(await killLoop('A killed verb of a running site comes to its end', how, laterKillTrial)).toEqual([]);
});
