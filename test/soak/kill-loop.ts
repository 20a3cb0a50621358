import { availableParallelism } from 'node:os';
import { record, recorded } from './record.ts';

/** Most of a trial is waiting. */
const atOnce = 2 * availableParallelism();
/** Minutes after which no further one is begun: what was really tried is what is recorded. */
const minutes = Number(process.env['KILL_MINUTES'] ?? 110);

/** How many trials a loop is asked for. */
export const wantedKills = Number(process.env['KILLS'] ?? 200);

/**
 * Runs the trials of the seeds from 1 on, several at once, and records what they held under `promise`. Gives what was wrong.
 * `KILLS_MORE`: goes on behind those that are on record, so that a loop too long for one piece is done in several.
 */
export async function killLoop(
  promise: string,
  how: string,
  trial: (seed: number) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const before = process.env['KILLS_MORE'] === undefined ? { tried: 0, held: 0 } : recorded(promise);
  const until = performance.now() + minutes * 60_000;
  const faults: string[] = [];
  let begun = before.tried;
  let ended = 0;
  const work = async () => {
    while (begun < wantedKills && performance.now() < until) {
      const seed = ++begun;
      const found = await trial(seed);
      ended++;
      if (found.length === 0) continue;
      faults.push(`seed ${seed}: ${found.join('; ')}`);
      console.log(faults.at(-1));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  record({ promise, how, tried: before.tried + ended, held: before.held + ended - faults.length });
  return faults;
}
