import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEventBody } from '../../source/engine/journal/event.ts';
import { openJournal } from '../../source/engine/journal/journal.ts';
import { createMask, hidden } from '../../source/engine/journal/masking.ts';
import { journalPath } from '../../source/engine/journal/run-paths.ts';
import { fastClock, ToyLand, toyPlan } from './toys.ts';

const encodings: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  'in a line': (secret) => `password=${secret};`,
  json: (secret) => JSON.stringify({ password: secret }),
  'json in json': (secret) => JSON.stringify({ body: JSON.stringify({ password: secret }) }),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  'basic authorization': (secret) => `Basic ${Buffer.from(`admin:${secret}`).toString('base64')}`,
  'base64 further in': (secret) => Buffer.from(`us:${secret}:and more`).toString('base64'),
  url: (secret) => `https://x/?p=${encodeURIComponent(secret)}&q=1`,
  form: (secret) => new URLSearchParams({ p: secret }).toString(),
  shell: (secret) => `echo '${secret.replaceAll("'", "'\\''")}'`,
  yaml: (secret) => `password: '${secret.replaceAll("'", "''")}'`,
  hex: (secret) => Buffer.from(secret).toString('hex'),
};

const secrets = fc
  .string({ minLength: 8, maxLength: 40, unit: 'grapheme' })
  .filter((text) => text.trim() === text && !/[\r\n]/.test(text));

/** Texts in which a secret of that encoding could still be read. */
function leaks(text: string, secret: string): boolean {
  const decoded = [...text.matchAll(/[A-Za-z0-9+/_-]{8,}/g)].flatMap(([run]) =>
    [0, 1, 2, 3].map((cut) => Buffer.from(run.slice(cut), 'base64').toString('utf8')),
  );
  return [text, ...decoded].some((candidate) => candidate.includes(secret));
}

describe('a mask', () => {
  for (const [name, encode] of Object.entries(encodings)) {
    it(`hides every secret: ${name}`, () => {
      fc.assert(
        fc.property(secrets, (secret) => {
          const masked = createMask([secret]).text(encode(secret));
          expect(masked).toContain(hidden);
          expect(leaks(masked, secret)).toBe(false);
        }),
        { numRuns: 100 },
      );
    });
  }

  it.each([
    ['a short one only where it stands alone', ['ab'], 'cab ab: "ab" abc', `cab ${hidden}: "${hidden}" abc`],
    ['overlapping ones as a whole', ['secret1', '1more'], 'x secret1more y', `x ${hidden} y`],
    ['each line of a key', ['-----BEGIN\nAbCdEf123\n-----END'], 'AbCdEf123', hidden],
    ['nothing where there is none', [], 'all is well', 'all is well'],
    ['an empty secret is none', [''], 'all is well', 'all is well'],
  ])('%s', (_, hide, text, expected) => {
    expect(createMask(hide).text(text)).toBe(expected);
  });
});

describe('the journal', () => {
  it('holds no secret in any event, also one that came up on the way', async () => {
    const land = new ToyLand({ secrets: ['login-pass word'] });
    land.on('x', {
      act: async (context) => {
        const token = 'late"token/25000';
        context.conceal(token);
        land.hosts.command = (words) => ({
          code: 1,
          stdout: `got ${words.join(' ')}`,
          stderr: 'login-pass word was wrong',
        });
        context.progress(`with ${token}`);
        context.remember('token', token);
        await context.write('a', { path: '/etc/x', content: 'new' });
        await context.run('a', ['join', token, JSON.stringify({ token })]);
      },
    });
    land.hosts.files.set('a:/etc/x', 'old with login-pass word');
    await land.execute(toyPlan([{ id: 'x' }])).end;
    const text = JSON.stringify(land.events);
    expect(text).not.toContain('token/');
    expect(text).not.toContain('login-pass');
    // A text with a hole in it would be put back wrongly: it is not kept at all.
    expect(land.of('file-written')[0]).toEqual({
      at: expect.any(String),
      type: 'file-written',
      step: 'x',
      node: 'a',
      path: '/etc/x',
      secret: true,
    });
    expect(land.of('command').at(-1)?.command).toEqual(['join', hidden, `{"token":"${hidden}"}`]);
  });

  it('keeps neither text nor lines of what is secret by its nature', async () => {
    const land = new ToyLand();
    land.hosts.files.set('a:/etc/key', 'old key');
    land.on('x', {
      act: async (context) => {
        land.hosts.command = () => ({ stdout: 'the token is 42' });
        await context.write('a', { path: '/etc/key', content: 'new key', secret: true });
        await context.run('a', ['add-node'], { secretOutput: true });
        await context.run('a', ['join', '42'], { shown: ['join', '<token>'], secretOutput: true });
      },
    });
    await land.execute(toyPlan([{ id: 'x' }])).end;
    expect(JSON.stringify(land.events)).not.toMatch(/old key|new key|token is|"42"/);
    expect(land.hosts.files.get('a:/etc/key')).toBe('new key');
  });

  it('property: whatever a step says, the file on disk leaks nothing', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ks-journal-'));
    await fc.assert(
      fc.asyncProperty(secrets, fc.constantFrom(...Object.values(encodings)), async (secret, encode) => {
        const text = encode(secret);
        const journal = await openJournal(directory, createMask([secret]), fastClock());
        const step = 's';
        const events: RunEventBody[] = [
          { type: 'command', step, node: 'n', command: ['x', text] },
          { type: 'line', step, node: 'n', stream: 'stderr', text },
          { type: 'progress', step, text },
          { type: 'waiting', step, for: text, seen: text, untilAt: '2026-01-01T00:00:00.000Z' },
          { type: 'file-written', step, node: 'n', path: '/x', before: text, secret: false },
          { type: 'remembered', step, key: 'k', value: text },
          { type: 'step-done', step, outcome: 'changed', seen: text, durationMs: 1 },
          { type: 'step-failed', step, tried: text, seen: text, causes: [text], next: [text], durationMs: 1 },
          { type: 'step-undone', step, seen: text },
          { type: 'undo-failed', step, seen: text },
          { type: 'run-paused', why: text },
          { type: 'run-ended', outcome: 'failed', why: text },
        ];
        for (const event of events) await journal.write(event);
        await journal.close();
        const lines = (await readFile(journalPath(directory), 'utf8')).trim().split('\n').slice(-events.length);
        for (const line of lines) {
          expect(leaks(line, secret)).toBe(false);
          expect(leaks(line, JSON.stringify(secret).slice(1, -1))).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });
});
