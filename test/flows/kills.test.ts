import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { killTrial, leftovers } from '../soak/kills.ts';
import { laterKillTrial } from '../soak/later-kills.ts';
import { Rehearsal } from './program.ts';

it.each(Array.from({ length: 10 }, (_, place) => place + 1))(
  'a run killed at random, seed %i, comes to its end',
  async (seed) => {
    expect(await killTrial(seed)).toEqual([]);
  },
);

it.each([20, 60, 120, 240])(
  'a verb that is killed %i ms after its run has a folder, as the process of the run starts, is found by resume or began nothing',
  async (delay) => {
    const rehearsal = await Rehearsal.begin();
    const front = rehearsal.start('init', '--yes');
    await expect.poll(() => rehearsal.runs(), { interval: 2 }).toHaveLength(1);
    await wait(delay);
    front.kill('SIGKILL');
    await front;
    const resumed = await rehearsal.run('resume', '--yes');
    const { code, stdout, stderr } = resumed.stderr.includes('No run to resume.')
      ? await rehearsal.run('init', '--yes')
      : resumed;
    expect(code, stdout + stderr).toBe(0);
    expect(await leftovers(rehearsal)).toEqual([]);
  },
);

it.each([11, 42, 47])('a verb of a running site killed at random, seed %i, comes to its end', async (seed) => {
  expect(await laterKillTrial(seed)).toEqual([]);
});
