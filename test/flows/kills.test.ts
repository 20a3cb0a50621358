import { expect, it } from 'vitest';
import { killTrial } from '../soak/kills.ts';
import { laterKillTrial } from '../soak/later-kills.ts';

it.each(Array.from({ length: 10 }, (_, place) => place + 1))(
  'a run killed at random, seed %i, comes to its end',
  async (seed) => {
    expect(await killTrial(seed)).toEqual([]);
  },
);

it.each([11, 42, 47])('a verb of a running site killed at random, seed %i, comes to its end', async (seed) => {
  expect(await laterKillTrial(seed)).toEqual([]);
});
