import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { killTrial } from './kills.ts';
import { record, recorded } from './record.ts';

const promise = 'A killed run comes to its end';
const wanted = Number(process.env['KILLS'] ?? 200);
/** `KILLS_MORE`: goes on behind those that are on record, so that a loop too long for one piece is done in several. */
const before = process.env['KILLS_MORE'] === undefined ? { tried: 0, held: 0 } : recorded(promise);
/** Minutes after which no further one is begun: what was really tried is what is recorded. */
const minutes = Number(process.env['KILL_MINUTES'] ?? 110);
/** Most of a trial is waiting. */
const atOnce = 2 * availableParallelism();

it(`${wanted} runs that are killed at random moments come to their end`, { timeout: 7_200_000 }, async () => {
  const until = performance.now() + minutes * 60_000;
  const faults: string[] = [];
  let begun = before.tried;
  let ended = 0;
  const work = async () => {
    while (begun < wanted && performance.now() < until) {
      const seed = ++begun;
      const found = await killTrial(seed);
      ended++;
      if (found.length === 0) continue;
      faults.push(`seed ${seed}: ${found.join('; ')}`);
      console.log(faults.at(-1));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const how =
    'rehearsal at three speeds; run, resume or undo; its process, the front end or both, killed at a random moment; at most two more tries; nothing done twice, no lock, marker or folder left';
  const held = before.held + ended - faults.length;
  record({ promise, how, tried: before.tried + ended, held });
  expect(faults).toEqual([]);
});
