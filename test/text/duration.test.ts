import { describe, expect, it } from 'vitest';
import { durationClock, durationGuess, durationWords, measuredDuration } from '../../source/text/duration.ts';

const [second, minute, hour] = [1000, 60_000, 3_600_000];

describe('in words', () => {
  it.each([
    [-5, '0 s'],
    [45 * second, '45 s'],
    [119 * second, '119 s'],
    [2 * minute, '2 min'],
    [119 * minute, '119 min'],
    [2 * hour, '2 h'],
    [2 * hour + 30 * minute, '2 h 30 min'],
  ])('%i ms', (ms, expected) => expect(durationWords(ms)).toBe(expected));
});

describe('as a guess', () => {
  it.each([
    [second, 'less than 1 min'],
    [59 * second, 'less than 1 min'],
    [75 * second, 'about 1 min'],
    [9 * minute, 'about 9 min'],
    [102 * minute, 'about 100 min'],
    [158 * minute, 'about 2 h 40 min'],
  ])('%i ms', (ms, expected) => expect(durationGuess(ms)).toBe(expected));
});

describe('as a clock', () => {
  it.each([
    [-5, '0 s'],
    [99 * second, '99 s'],
    [192 * second, '3:12'],
    [hour + 125 * second, '1:02:05'],
  ])('%i ms', (ms, expected) => expect(durationClock(ms)).toBe(expected));
});

describe('as measured', () => {
  it.each([
    [-4, '-4 ms'],
    [1540, '1.5 s'],
    [-3 * minute, '-3 min'],
  ])('%i ms', (ms, expected) => expect(measuredDuration(ms)).toBe(expected));
});
