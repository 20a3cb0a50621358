import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { laterKillTrial } from './later-kills.ts';
import { record, recorded } from './record.ts';

const promise = 'A killed verb of a running site comes to its end';
const wanted = Number(process.env['KILLS'] ?? 200);
/** `KILLS_MORE`: goes on behind those that are on record. */
const before = process.env['KILLS_MORE'] === undefined ? { tried: 0, held: 0 } : recorded(promise);
/** Minutes after which no further one is begun: what was really tried is what is recorded. */
const minutes = Number(process.env['KILL_MINUTES'] ?? 110);
/** Most of a trial is waiting. */
const atOnce = 2 * availableParallelism();

it(`${wanted} verbs that are killed at random moments come to their end`, { timeout: 7_200_000 }, async () => {
  const until = performance.now() + minutes * 60_000;
  const faults: string[] = [];
  let begun = before.tried;
  let ended = 0;
  const work = async () => {
    while (begun < wanted && performance.now() < until) {
      const seed = ++begun;
      const found = await laterKillTrial(seed);
      ended++;
      if (found.length === 0) continue;
      faults.push(`seed ${seed}: ${found.join('; ')}`);
      console.log(faults.at(-1));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const how =
    'rehearsal of a running site: node add, remove and replace, update, stop, start, backup, restore, upgrade, certificates renew; killed as above; nothing done twice, no lock, marker or folder left, and status as the verb leaves it';
  const held = before.held + ended - faults.length;
  record({ promise, how, tried: before.tried + ended, held });
  expect(faults).toEqual([]);
});
