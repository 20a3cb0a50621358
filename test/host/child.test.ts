import { describe, expect, it } from 'vitest';
import { startChild } from '../../source/host/shell/child.ts';

describe('a program that a signal ends', () => {
  // The numbers of Linux that a shell would show.
  it.each([
    ['HUP', 129],
    ['ABRT', 134],
    ['KILL', 137],
    ['SEGV', 139],
    ['TERM', 143],
  ])('%s counts as 128 and its number', async (signal, code) => {
    expect(await startChild(['sh', '-c', `kill -${signal} $$`], { input: '' }).ended).toBe(code);
  });
});

it('counts a program that does not exist as 127', async () => {
  expect(await startChild(['no-such-program'], { input: '' }).ended).toBe(127);
});
