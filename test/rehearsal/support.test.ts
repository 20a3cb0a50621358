import { execa } from 'execa';
import { expect, test } from 'vitest';
import { bench } from './world.ts';

const world = await bench();
const rehearsed = async (command: string) => (await world.run('ks-1', command)).stdout.trimEnd().split('\n');
const real = async (command: string) =>
  (await execa({ env: { LC_ALL: 'C' } })('bash', ['-c', command])).stdout.split('\n');

/** Where each column ends. */
const ends = (line = '') => [...line.matchAll(/\S+/g)].map(({ index, 0: word }) => index + word.length);

test.runIf(process.platform === 'linux')('free -m has the lines and the columns of the real one', async () => {
  const [ours, theirs] = [await rehearsed('free -m'), await real('free -m')];
  expect(ours[0]).toBe(theirs[0]);
  expect(ours.map((line) => /^\w*:?/.exec(line)?.[0])).toEqual(theirs.map((line) => /^\w*:?/.exec(line)?.[0]));
  for (const line of [1, 2]) expect(ends(ours[line]).slice(1)).toEqual(ends(theirs[line]).slice(1));
  expect(Number(ours[1]?.split(/ +/)[1])).toBeGreaterThan(100_000);
});

test.runIf(process.platform === 'linux')(
  'df -h has the columns of the real one, as wide, and what is mounted',
  async () => {
    const [ours, theirs] = [await rehearsed('df -h'), await real('df -h')];
    expect(ours[0]?.split(/ +/)).toEqual(theirs[0]?.split(/ +/));
    const row = /^\S+ +(\d+(\.\d)?[KMGTP]?|-) +(\d+(\.\d)?[KMGTP]?|-) +(\d+(\.\d)?[KMGTP]?|-) +(\d+%|-) \/\S*$/;
    for (const line of [...ours.slice(1), ...theirs.slice(1)]) expect(line).toMatch(row);
    const widths = (heading = '') =>
      ends(heading)
        .slice(1, 5)
        .map((end) => end - heading.indexOf('Size'));
    expect(widths(ours[0])).toEqual(widths(theirs[0]));
    expect(ours[1]).toMatch(/^\/dev\/mapper\/ubuntu--vg-\S+ +98G +9\.5G +89G +10% \/$/);
  },
);
