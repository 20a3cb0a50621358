import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { localHost } from '../../source/host/local.ts';
import { KeptOutput } from '../../source/host/shell/kept-output.ts';
import { Transcript } from '../../source/host/shell/transcript.ts';

describe('a noisy command', () => {
  test('1e6 lines, each heard: they cost the process less than 100 MB', () => {
    const program = `
      import { localHost } from ${JSON.stringify(join(import.meta.dirname, '../../source/host/local.ts'))};
      const before = process.resourceUsage().maxRSS;
      let count = 0;
      const text = 'yes ' + 'x'.repeat(70) + ' | head -n 1000000; echo the end';
      const result = await localHost('here', () => undefined).run(['sh', '-c', text], { deadline: 170_000, onLine: () => { count += 1; } });
      console.log(JSON.stringify({ count, code: result.code, kept: result.stdout.length, end: result.stdout.slice(-8), leftOut: result.leftOut, cost: process.resourceUsage().maxRSS - before }));
    `;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    const seen: Record<string, number> = JSON.parse(said);
    expect(seen).toMatchObject({ count: 1_000_001, code: 0, end: 'the end\n' });
    expect(seen.kept).toBeLessThan(9_000_000);
    expect((seen.kept ?? 0) + (seen.leftOut ?? 0)).toBeGreaterThan(71_000_000);
    expect(seen.cost).toBeLessThan(100_000);
  });

  test('more than a string can hold: the head and the tail are kept, and the cut is marked', async () => {
    const mark = 'kloudspot-1';
    const transcript = new Transcript(mark);
    await transcript.hear(Buffer.from(`${mark} begins 1\nfirst\n`), 'stdout');
    const chunk = Buffer.from(`${'y'.repeat(4095)}\n`.repeat(256));
    for (let at = 0; at < 600; at += 1) await transcript.hear(chunk, 'stdout');
    await transcript.hear(Buffer.from('last\n'), 'stdout');
    const { text } = transcript.stdout;
    expect(text.startsWith('first\n')).toBe(true);
    expect(text.endsWith('\nlast\n')).toBe(true);
    expect(text).toMatch(/\[\.\.\. \d+ bytes of output left out \.\.\.\]/);
    expect(text.length).toBeLessThan(9_000_000);
  });

  test('an output above the usual limit is kept whole where the caller asks for more', async () => {
    const transcript = new Transcript('kloudspot-1', { kept: 16 * 1024 * 1024 });
    await transcript.hear(Buffer.from('kloudspot-1 begins 1\n'), 'stdout');
    const chunk = Buffer.from(`${'y'.repeat(4095)}\n`.repeat(256));
    for (let at = 0; at < 12; at += 1) await transcript.hear(chunk, 'stdout');
    expect(transcript.stdout.text).toHaveLength(12 * 1024 * 1024);
  });

  test('a line without an end does not grow forever, and arrives whole where it is kept', async () => {
    const transcript = new Transcript('kloudspot-1');
    await transcript.hear(Buffer.from('kloudspot-1 begins 1\n'), 'stderr');
    const part = Buffer.from('👍'.repeat(16_384));
    for (let at = 0; at < 100; at += 1) await transcript.hear(part, 'stderr');
    await transcript.hear(Buffer.from('kloudspot-1 ends 5\n'), 'stderr');
    expect(transcript.code).toBe(5);
    expect(transcript.stderr.text).toBe('👍'.repeat(1_638_400));
  });

  test('what fits is kept as it is', () => {
    const kept = new KeptOutput(200_000);
    const lines = Array.from({ length: 5_000 }, (_, number) => `line ${number}\n`);
    for (const line of lines) kept.add(line);
    expect([kept.text, kept.leftOut]).toEqual([lines.join(''), 0]);
  });

  test('a listener that takes its time holds the command up', async () => {
    let open = 0;
    let most = 0;
    const onLine = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
    };
    await localHost('here', () => undefined).run(['seq', '2000'], { onLine });
    expect(most).toBe(1);
  });
});
