import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { namePath } from '../../errors/file-fault.ts';
import { isMissing } from '../../errors/thrown.ts';
import type { Clock } from '../../host/host.ts';
import type { RunEvent, RunEventBody } from './event.ts';
import { eventSchema } from './event-schema.ts';
import { type Mask, maskEvent } from './masking.ts';

/** The journal of a run: append-only, one JSON line an event, the only thing that viewers and `resume` read. */
export interface Journal {
  /** Masks, stamps and appends; events that a resume or an undo rests on are on the disk when it settles. In the order of the calls. */
  write(event: RunEventBody): Promise<void>;
  /** Waits for all that was written, syncs and closes. */
  close(): Promise<void>;
}

export const journalPath = (directory: string): string => join(directory, 'journal.jsonl');

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
  let last: Promise<void> = Promise.resolve();
  const append = async (event: RunEvent) => {
    try {
      await file.appendFile(`${JSON.stringify(event)}\n`);
      if (synced.has(event.type)) await file.datasync();
    } catch (error) {
      throw namePath(error, journalPath(directory));
    }
  };
  return {
    write: (body) => {
      const event: RunEvent = { at: new Date(clock.now()).toISOString(), ...maskEvent(body, mask) };
      const written = last.then(() => append(event));
      // One failed write must not silence the next one; who wrote it hears of it.
      last = written.catch(() => undefined);
      return written;
    },
    close: async () => {
      await last;
      await file.datasync();
      await file.close();
    },
  };
}

async function cutTornLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const tail = Buffer.alloc(1);
  if (size === 0 || ((await file.read(tail, 0, 1, size - 1)).bytesRead === 1 && tail.toString() === '\n')) return;
  const content = await file.readFile();
  await file.truncate(content.lastIndexOf('\n') + 1);
}

/** All events. Empty when there is no journal yet. */
export async function readJournal(directory: string): Promise<RunEvent[]> {
  return (await readJournalFrom(directory, 0)).events;
}

/**
 * The events of all whole lines from a byte on, and the byte behind them. An unfinished last line is left for the next time;
 * a line that is no event of ours is passed over.
 */
export async function readJournalFrom(
  directory: string,
  from: number,
): Promise<{ readonly events: RunEvent[]; readonly end: number }> {
  const bytes = await readBytes(journalPath(directory), from);
  const taken = bytes.lastIndexOf('\n') + 1;
  const lines = bytes.subarray(0, taken).toString('utf8').split('\n');
  return { events: lines.map(parseLine).filter((event) => event !== undefined), end: from + taken };
}

async function readBytes(path: string, from: number): Promise<Buffer> {
  const file = await open(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (file === undefined) return Buffer.alloc(0);
  try {
    const bytes = Buffer.alloc(Math.max(0, (await file.stat()).size - from));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function parseLine(line: string): RunEvent | undefined {
  if (line === '') return undefined;
  try {
    const parsed = eventSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
