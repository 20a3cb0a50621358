import { describe, expect, it } from 'vitest';
import { startChild } from '../../source/host/shell/child.ts';

describe('a program that a signal ends', () => {
  it.each(['HUP', 'ABRT', 'KILL', 'SEGV', 'TERM'])('%s: it has no exit code', async (signal) => {
    expect(await startChild(['sh', '-c', `kill -${signal} $$`], { input: '' }).ended).toBe('killed');
  });
});

it('counts a program that does not exist as 127', async () => {
  expect(await startChild(['no-such-program'], { input: '' }).ended).toBe(127);
});
