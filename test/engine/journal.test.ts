import { appendFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../source/engine/journal/event.ts';
import { followRun, untilStarted } from '../../source/engine/journal/follow.ts';
import { journalEvents, openJournal } from '../../source/engine/journal/journal.ts';
import { createMask } from '../../source/engine/journal/masking.ts';
import { journalPath } from '../../source/engine/journal/run-paths.ts';
import { claimRun } from '../../source/engine/process/run-process.ts';
import { summarizeRun } from '../../source/engine/runs.ts';
import { asFileFault } from '../../source/host/file-fault.ts';
import { identifyProcess } from '../../source/host/process-identity.ts';
import { fastClock } from './toys.ts';

const folder = () => mkdtemp(join(tmpdir(), 'ks-journal-'));
const open = (directory: string) => openJournal(directory, createMask([]), fastClock());
const types = (events: readonly RunEvent[]) => events.map(({ type }) => type);

describe('a journal', () => {
  it('keeps the order of the calls, also without waiting', async () => {
    const directory = await folder();
    const journal = await open(directory);
    for (let place = 0; place < 50; place++) void journal.write({ type: 'progress', step: 's', text: `${place}` });
    await journal.close();
    const texts = (await Array.fromAsync(journalEvents(directory))).map((event) =>
      event.type === 'progress' ? event.text : '',
    );
    expect(texts).toEqual(Array.from({ length: 50 }, (_, place) => `${place}`));
  });

  it('passes over a torn last line, and cuts it off before it goes on', async () => {
    const directory = await folder();
    const first = await open(directory);
    await first.write({ type: 'run-continued' });
    await first.close();
    await appendFile(journalPath(directory), '{"at":"2026-01-01T00:00:00.000Z","type":"run-pau');
    expect(types(await Array.fromAsync(journalEvents(directory)))).toEqual(['run-continued']);
    const second = await open(directory);
    await second.write({ type: 'run-paused', why: 'ä' });
    await second.close();
    expect(types(await Array.fromAsync(journalEvents(directory)))).toEqual(['run-continued', 'run-paused']);
    expect((await readFile(journalPath(directory), 'utf8')).split('\n')).toHaveLength(3);
  });

  it('passes over lines that are not events of ours', async () => {
    const directory = await folder();
    const good = '{"at":"2026-01-01T00:00:00.000Z","type":"run-continued","later":"key"}';
    await writeFile(journalPath(directory), `{"type":"new-thing"}\n\n[]\n${good}\nnot json\n`);
    expect(types(await Array.fromAsync(journalEvents(directory)))).toEqual(['run-continued']);
  });

  it('that cannot be read is named in the error', async () => {
    const directory = await folder();
    await mkdir(journalPath(directory));
    const error = await Array.fromAsync(journalEvents(directory)).catch(asFileFault);
    expect(error).toMatchObject({ where: journalPath(directory), why: expect.stringContaining('EISDIR') });
  });

  it('is empty where there is none', async () => {
    expect(await Array.fromAsync(journalEvents(await folder()))).toEqual([]);
  });
});

describe('a run that another process has taken over and that has told nothing yet', () => {
  const line = (event: object) => `${JSON.stringify({ at: '2026-01-01T00:00:00.000Z', ...event })}\n`;
  const begin = (process_: number) =>
    line({ type: 'run-started', run: 'r', plan: 'x', process: process_, owner: 'o', host: 'h', resumed: true });
  const end = (outcome: string) => line({ type: 'run-ended', outcome, why: 'w' });

  async function takenOver(): Promise<string> {
    const directory = await folder();
    await writeFile(journalPath(directory), begin(1) + end('done'));
    await claimRun(directory, identifyProcess(process.pid) ?? expect.fail('this process is not found'));
    return directory;
  }

  it('is running, and is followed to the end of that process', async () => {
    const directory = await takenOver();
    expect(await summarizeRun({ id: 'r', directory })).toMatchObject({ state: 'running' });
    const seen: string[] = [];
    const following = (async () => {
      for await (const { type } of followRun(directory, { signal: AbortSignal.timeout(590_000), poll: 20 }))
        seen.push(type);
    })();
    await expect.poll(() => seen).toEqual(['run-started', 'run-ended']);
    await appendFile(journalPath(directory), begin(process.pid));
    await expect.poll(() => seen.length).toBe(3);
    await appendFile(journalPath(directory), end('undone'));
    await following;
    expect(seen).toEqual(['run-started', 'run-ended', 'run-started', 'run-ended']);
    expect(await summarizeRun({ id: 'r', directory })).toMatchObject({ state: 'undone' });
  });

  it('is waited for by a verb that wants to know what it does', async () => {
    const directory = await takenOver();
    let started = false;
    const waiting = untilStarted(directory).then(() => {
      started = true;
    });
    await wait(200);
    expect(started).toBe(false);
    await appendFile(journalPath(directory), begin(process.pid));
    await waiting;
  });
});

describe('following', () => {
  it('gives what is there, then what comes, whole lines only, until the end', async () => {
    const directory = await folder();
    const line = (event: object) => `${JSON.stringify({ at: '2026-01-01T00:00:00.000Z', ...event })}\n`;
    const seen: string[] = [];
    const followed = (async () => {
      for await (const event of followRun(directory, { signal: AbortSignal.timeout(590_000), poll: 50 })) {
        seen.push(event.type === 'run-paused' ? event.why : event.type);
      }
    })();
    await wait(30);
    const all = Buffer.from(line({ type: 'run-paused', why: 'Köln' }) + line({ type: 'run-continued' }));
    // Cut in the middle of a letter of two bytes.
    const cut = all.indexOf(0xc3) + 1;
    await writeFile(journalPath(directory), all.subarray(0, cut));
    await wait(60);
    expect(seen).toEqual([]);
    await appendFile(journalPath(directory), all.subarray(cut));
    await expect.poll(() => seen).toEqual(['Köln', 'run-continued']);
    await appendFile(journalPath(directory), line({ type: 'run-ended', outcome: 'done', why: '' }));
    await followed;
    expect(seen.at(-1)).toBe('run-ended');
  });

  it('reads over an end that another process went on from', async () => {
    const directory = await folder();
    const journal = await open(directory);
    await journal.write({ type: 'run-ended', outcome: 'interrupted', why: '' });
    await journal.write({ type: 'run-continued' });
    await journal.write({ type: 'run-ended', outcome: 'done', why: '' });
    await journal.close();
    const seen: RunEvent[] = [];
    for await (const event of followRun(directory, { signal: AbortSignal.timeout(590_000) })) seen.push(event);
    expect(types(seen)).toEqual(['run-ended', 'run-continued', 'run-ended']);
  });

  it('says that the process is gone when it ended silently', async () => {
    const directory = await folder();
    const journal = await open(directory);
    await journal.write({ type: 'run-continued' });
    await journal.close();
    const self = identifyProcess(process.pid);
    if (self === undefined) throw new Error('no self');
    // The same number, another start: a process that took the number later.
    await claimRun(directory, { ...self, started: 'another boot 1' });
    const seen: RunEvent[] = [];
    for await (const event of followRun(directory, { signal: AbortSignal.timeout(590_000) })) seen.push(event);
    expect(seen.at(-1)).toMatchObject({ type: 'run-ended', outcome: 'lost' });
  });

  it('ends when it is told to', async () => {
    const directory = await folder();
    const enough = new AbortController();
    const self = identifyProcess(process.pid);
    if (self) await claimRun(directory, self);
    setTimeout(() => enough.abort(), 50);
    const seen: RunEvent[] = [];
    for await (const event of followRun(directory, { signal: enough.signal })) seen.push(event);
    expect(seen).toEqual([]);
  });
});
