import { type FileHandle, open } from 'node:fs/promises';
import { Fault } from '../../errors/fault.ts';
import { isMissing } from '../../errors/thrown.ts';
import { namePath } from '../../host/file-fault.ts';
import type { Clock } from '../../host/host.ts';
import { openFile } from '../../host/read-text.ts';
import { kloudspot } from '../../text/command.ts';
import { parsedJson } from '../../text/parsed-json.ts';
import type { RunEvent, RunEventBody } from './event.ts';
import { eventSchema } from './event-schema.ts';
import { type Mask, maskEvent } from './masking.ts';
import { journalPath } from './run-paths.ts';

/** The journal of a run: append-only, one JSON line an event, the only thing that viewers and `resume` read. */
export interface Journal {
  /** Masks, stamps and appends; events that a resume or an undo rests on are on the disk when it settles. In the order of the calls. */
  write(event: RunEventBody): Promise<void>;
  /** Waits for all that was written, syncs and closes. */
  close(): Promise<void>;
}

/** Events whose loss would make a resume or an undo wrong. Output lines and progress are not among them. */
const synced: ReadonlySet<RunEvent['type']> = new Set([
  'run-started',
  'step-started',
  'command',
  'file-written',
  'remembered',
  'step-done',
  'step-failed',
  'undo-started',
  'step-undone',
  'undo-failed',
  'run-paused',
  'run-continued',
  'run-ended',
]);

/**
 * Opens the journal in the run's folder for appending. A last line that a kill has torn is cut off first: it never counted.
 * Only the holder of the lock may open it.
 */
export async function openJournal(directory: string, mask: Mask, clock: Pick<Clock, 'now'>): Promise<Journal> {
  const file = await open(journalPath(directory), 'a+', 0o600);
  await cutTornLine(file);
  const lines = new Lines(file, directory);
  return {
    write: (body) => lines.add({ at: new Date(clock.now()).toISOString(), ...maskEvent(body, mask) }),
    close: async () => {
      await lines.written();
      try {
        await file.datasync();
      } catch (error) {
        throw namePath(error, journalPath(directory));
      } finally {
        await file.close();
      }
    },
  };
}

interface Line {
  readonly text: string;
  readonly isSynced: boolean;
  readonly done: PromiseWithResolvers<void>;
}

/** Appends lines in the order of the calls: those that come while others are being written go into the file, and are synced, together. */
class Lines {
  readonly #file: FileHandle;
  readonly #directory: string;
  #waiting: Line[] = [];
  #writing: Promise<void> | undefined;

  constructor(file: FileHandle, directory: string) {
    this.#file = file;
    this.#directory = directory;
  }

  add(event: RunEvent): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ text: `${JSON.stringify(event)}\n`, isSynced: synced.has(event.type), done });
    this.#writing ??= this.#writeAll();
    return done.promise;
  }

  async written(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      try {
        await this.#append(lines);
        for (const { done } of lines) done.resolve();
      } catch (error) {
        // One failed write must not silence the next one; who wrote it hears of it.
        const named = namePath(error, journalPath(this.#directory));
        for (const { done } of lines) done.reject(named);
      }
    }
    this.#writing = undefined;
  }

  async #append(lines: readonly Line[]): Promise<void> {
    const bytes = Buffer.from(lines.map(({ text }) => text).join(''));
    for (let from = 0; from < bytes.length; ) from += (await this.#file.write(bytes, from)).bytesWritten;
    if (lines.some(({ isSynced }) => isSynced)) await sync(this.#file, this.#directory);
  }
}

/** Throws a `Fault` where the file has no name any more: what is written to it then can never be read. */
async function sync(file: FileHandle, directory: string): Promise<void> {
  const [{ nlink }] = await Promise.all([file.stat(), file.datasync()]);
  if (nlink > 0) return;
  throw new Fault({
    what: 'The journal of the run was removed during the run.',
    where: journalPath(directory),
    why: 'Without it the run can be neither resumed nor undone, so its steps were ended.',
    next: [`${kloudspot('apply')}  makes a new plan and carries out what is still to be done`],
  });
}

async function cutTornLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const whole = await endOfLines(file, size);
  if (whole < size) await file.truncate(whole);
}

/** The byte behind the last line break before a byte, looked for from the end on. */
async function endOfLines(file: FileHandle, before: number): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024);
  for (let end = before; end > 0; ) {
    const from = Math.max(0, end - chunk.length);
    const { bytesRead } = await file.read(chunk, 0, end - from, from);
    const found = chunk.subarray(0, bytesRead).lastIndexOf('\n');
    if (found !== -1) return from + found + 1;
    end = from;
  }
  return 0;
}

/** All events, one after the other. None when there is no journal yet. */
export async function* journalEvents(directory: string): AsyncGenerator<RunEvent> {
  for await (const { event } of journalLines(directory, 0)) if (event !== undefined) yield event;
}

/** Whether the last that a run's journal says is its end: not a restart of this machine, behind which it goes on. Also no where it cannot be read. */
export async function hasEnded(directory: string): Promise<boolean> {
  let last: RunEvent | undefined;
  try {
    for await (const event of journalEvents(directory)) last = event;
  } catch {
    return false;
  }
  return last?.type === 'run-ended' && last.outcome !== 'rebooting';
}

/** The byte behind its last whole line; 0 when there is no journal yet. */
export async function journalEnd(directory: string): Promise<number> {
  const file = await openIfPresent(journalPath(directory));
  if (file === undefined) return 0;
  try {
    return await endOfLines(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

/** A whole line of the journal; no event where it is none of ours. */
export interface JournalLine {
  readonly event: RunEvent | undefined;
  /** The byte behind it. */
  readonly end: number;
}

/** Bytes that are read at a time, at most. */
const chunkSize = 1024 * 1024;

/** The whole lines from a byte on, one after the other, however long the journal is. An unfinished last line is left for the next time. */
export async function* journalLines(directory: string, from: number): AsyncGenerator<JournalLine> {
  const file = await openIfPresent(journalPath(directory));
  if (file === undefined) return;
  try {
    let rest = Buffer.alloc(0);
    for (let at = from; ; ) {
      // What follows a run looks at each event: room is made for what is there alone.
      const more = (await file.stat()).size - at - rest.length;
      if (more <= 0) return;
      const chunk = Buffer.alloc(Math.min(chunkSize, more));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at + rest.length).catch((error: unknown) => {
        throw namePath(error, journalPath(directory));
      });
      if (bytesRead === 0) return;
      const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      let begin = 0;
      for (let end = bytes.indexOf('\n'); end !== -1; end = bytes.indexOf('\n', begin)) {
        const event = parseLine(bytes.toString('utf8', begin, end));
        begin = end + 1;
        yield { event, end: at + begin };
      }
      rest = bytes.subarray(begin);
      at += begin;
    }
  } finally {
    await file.close();
  }
}

async function openIfPresent(path: string): Promise<FileHandle | undefined> {
  return openFile(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

function parseLine(line: string): RunEvent | undefined {
  return line === '' ? undefined : parsedJson(eventSchema, line);
}
