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

describe('the output of a program that has ended, held open by another process', () => {
  const leaving = (how: string) => ['sh', '-c', `sleep 20 & echo last; ${how}`] as const;

  it.each([
    ['with 255, as ssh does', 'exit 255', 255],
    ['by a signal', 'kill -TERM $$', 'killed'],
  ])('%s: it is not waited for', async (_, how, ending) => {
    const heard: string[] = [];
    const hear = async (chunk: Buffer) => void heard.push(chunk.toString());
    const begun = performance.now();
    const child = startChild(leaving(how), { input: '', hear });
    expect(await child.ended).toBe(ending);
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(heard.join('')).toBe('last\n');
    child.kill();
  });

  it('is read to its end by a listener that takes its time', async () => {
    let heard = 0;
    const hear = async (chunk: Buffer) => {
      await new Promise((resolve) => setTimeout(resolve, 700));
      heard += chunk.length;
    };
    const child = startChild(['sh', '-c', 'head -c 200000 /dev/zero; exit 255'], { input: '', hear });
    expect(await child.ended).toBe(255);
    expect(heard).toBe(200_000);
  });
});
