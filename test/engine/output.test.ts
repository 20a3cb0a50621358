import { mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stepContext } from '../../source/engine/execution/context.ts';
import { followRun } from '../../source/engine/journal/follow.ts';
import { journalEvents, openJournal } from '../../source/engine/journal/journal.ts';
import { openOutput, outputPath } from '../../source/engine/journal/output-file.ts';
import { noPast } from '../../source/engine/journal/past.ts';
import { latestRun, summarizeRun } from '../../source/engine/runs.ts';
import type { Host, RunOptions } from '../../source/host/host.ts';
import { filesUnder } from '../../source/site/files.ts';
import { fakePool } from '../fake-hosts.ts';
import { ToyLand, toyPlan } from './toys.ts';

const folder = () => mkdtemp(join(tmpdir(), 'ks-output-'));

/** A world whose only host says so many lines, and waits where it is held up. */
async function chatty(land: ToyLand, directory: string, lines: number) {
  const world = land.world(toyPlan([{ id: 's' }]));
  const journal = await openJournal(directory, land.mask, land.clock);
  const host = await world.hosts.get({ node: 'a', addresses: [] });
  const run = async (_: unknown, { onLine }: RunOptions = {}) => {
    for (let place = 1; place <= lines; place++) {
      const held = onLine?.(
        `line ${place} of secret-word and so on, as long as a line of a package manager is`,
        'stdout',
      );
      if (held !== undefined) await held;
    }
    return { code: 0, stdout: '', stderr: '' };
  };
  const talking: Host = { ...host, run };
  const hosts = fakePool(() => talking);
  return {
    journal,
    context: stepContext({ ...world, hosts, journal, directory }, 's', noPast, new AbortController().signal),
  };
}

describe('a command that says 100 000 lines', () => {
  it('goes into the file of its step, without secrets; the journal keeps its beginning and its end', async () => {
    const directory = await folder();
    const { journal, context } = await chatty(new ToyLand({ secrets: ['secret-word'] }), directory, 100_000);
    const before = process.memoryUsage().rss;
    await context.run('a', ['apt-get', 'upgrade']);
    await journal.close();
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    const events = await Array.fromAsync(journalEvents(directory));
    const texts = events.flatMap((event) => (event.type === 'line' ? [event.text] : []));
    expect(texts.length).toBeLessThan(2_000);
    expect(texts[0]).toMatch(/^line 1 of/);
    expect(texts.at(-1)).toMatch(/^line 100000 of/);
    expect(texts.filter((text) => text.includes('lines left out'))).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: 'command-ended', code: 0 });
    const text = await readFile(outputPath(directory, 's'), 'utf8');
    expect(text.startsWith('$ a: apt-get upgrade\nline 1 of ')).toBe(true);
    expect(text.trimEnd()).toMatch(/\nline 100000 of [^\n]*$/);
    expect(text).not.toContain('secret-word');
    expect((await stat(outputPath(directory, 's'))).mode & 0o777).toBe(0o600);
  });
});

describe('the file of a step', () => {
  it('keeps the beginning and the end of each command, and marks what was left out', async () => {
    const directory = await folder();
    for (const name of ['one', 'two']) {
      const output = await openOutput(directory, 'a/b@ks-1', name, 1000);
      for (let place = 1; place <= 1000; place++) await output.add(`${name} ${place}`);
      await output.endCommand();
    }
    const lines = (await readFile(join(directory, 'output', 'a_b@ks-1'), 'utf8')).trimEnd().split('\n');
    const one = lines.slice(0, lines.indexOf('$ two'));
    expect(one.slice(0, 2)).toEqual(['$ one', 'one 1']);
    expect(one.at(-1)).toBe('one 1000');
    const mark = one.findIndex((line) => line.includes('left out'));
    const left = Number(/\d+/.exec(one[mark] ?? '')?.[0]);
    // All lines but the heading and the mark are there, or counted.
    expect(one.length - 2 + left).toBe(1000);
    expect(one.join('\n').length).toBeLessThan(2_500);
    expect(lines.at(-1)).toBe('two 1000');
  });
});

describe('a long journal', () => {
  it('is read one line after the other: summary and following stay small', async () => {
    const files = filesUnder(await folder());
    const run = { id: '20260101-000000-aaaa', directory: join(files.runs, '20260101-000000-aaaa') };
    const at = '2026-01-01T00:00:00.000Z';
    await mkdir(run.directory, { recursive: true });
    const line = JSON.stringify({ at, type: 'progress', step: 's', text: 'x'.repeat(500) });
    const end = JSON.stringify({ at, type: 'run-ended', outcome: 'done', why: 'every step is done' });
    await writeFile(join(run.directory, 'journal.jsonl'), `${`${line}\n`.repeat(100_000)}${end}\n`);
    const before = process.memoryUsage().rss;
    expect(await summarizeRun(run)).toMatchObject({ state: 'done', startedAt: at });
    let count = 0;
    for await (const _ of followRun(run.directory, { signal: AbortSignal.timeout(590_000) })) count++;
    expect(count).toBe(100_001);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });
});

describe('a damaged process.json', () => {
  it.each(['', '{"host":"h",'])('%j: status and attach go on, and the file is named', async (text) => {
    const files = filesUnder(await folder());
    const directory = join(files.runs, '20260101-000000-bbbb');
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'process.json'), text);
    await writeFile(join(directory, 'journal.jsonl'), '{"at":"2026-01-01T00:00:00.000Z","type":"run-continued"}\n');
    expect(await latestRun(files)).toMatchObject({ state: 'lost' });
    const seen = [];
    for await (const event of followRun(directory, { signal: AbortSignal.timeout(590_000) })) seen.push(event);
    expect(seen.at(-1)).toMatchObject({
      outcome: 'lost',
      why: expect.stringContaining(join(directory, 'process.json')),
    });
  });
});
