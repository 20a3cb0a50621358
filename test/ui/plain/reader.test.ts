import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { InputEnded, LineReader } from '../../../source/ui/plain/reader.ts';

describe('lines', () => {
  it('keeps lines that come early, and one that has no end', async () => {
    const input = new PassThrough();
    const reader = new LineReader(input);
    input.end('one\r\ntwo\nthree');
    expect([await reader.read(), await reader.read(), await reader.read()]).toEqual(['one', 'two', 'three']);
    await expect(reader.read()).rejects.toBeInstanceOf(InputEnded);
  });

  it('puts characters together that come in parts', async () => {
    const input = new PassThrough();
    const reader = new LineReader(input);
    const bytes = Buffer.from('Mün\n');
    input.write(bytes.subarray(0, 2));
    input.write(bytes.subarray(2));
    expect(await reader.read()).toBe('Mün');
  });
});

describe('a password on a terminal', () => {
  const terminal = () => {
    const modes: boolean[] = [];
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => modes.push(on) });
    return { input, modes, reader: new LineReader(input) };
  };
  it.each([
    ['secret\r', 'secret'],
    ['sekr\u007f\u007fcret\r', 'secret'],
    ['wrong\u0015secret\r', 'secret'],
    ['se\u001bcret\r', 'secret'],
  ])('%j', async (typed, expected) => {
    const { input, modes, reader } = terminal();
    const read = reader.readSecret();
    input.write(typed);
    expect(await read).toBe(expected);
    expect(modes).toEqual([true, false]);
  });
  it.each([
    ['\u0003', 'interrupt'],
    ['\u0004', 'end'],
  ])('%j ends it, and the terminal echoes again', async (typed, why) => {
    const { input, modes, reader } = terminal();
    const read = reader.readSecret();
    input.write(typed);
    await expect(read).rejects.toMatchObject({ why });
    expect(modes).toEqual([true, false]);
  });
});
