import { randomUUID } from 'node:crypto';
import { appendFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { Fault } from '../../errors/fault.ts';
import { namePath } from '../../host/file-fault.ts';
import { makeFolder } from '../../host/make-folder.ts';
import { bytesNow, textNow } from '../../host/read-text-now.ts';
import { underModelLock } from './model-lock.ts';
import { applyPatch, Changes, patchSchema } from './patch.ts';
import { type State, stateSchema } from './state.ts';

/** From so many bytes of changes on, or twice the size of the model, the model is saved as a whole again. */
const fewestBytes = 2 ** 20;

/** The model as a whole names the file of changes that goes on from it. */
const wholeSchema = stateSchema.extend({ log: z.string().optional() });

/** The model as this process knows it, and how far it has read. */
interface Known {
  readonly state: State;
  readonly changes: Changes;
  /** The file of the whole model. */
  readonly whole: { readonly stamp: string; readonly bytes: number };
  /** First line of the file of changes, where the file goes on from this whole model. */
  readonly mark: string;
  /** Bytes of its whole lines. */
  end: number;
  stamp: string | undefined;
}

/**
 * The model on disk: as a whole in one file, and the changes since in another, a line each. Several processes may have it open:
 * each change is made under a lock, on what the last one saved, and counts once its line is whole, so that a process that is
 * killed leaves the model as it was after its last change. Everything here is synchronous: nothing of this process comes
 * between reading and saving.
 */
export class Store {
  readonly folder: string;
  readonly #file: string;
  readonly #log: string;
  readonly #lock: string;
  #known: Known | undefined;

  constructor(folder: string) {
    this.folder = folder;
    this.#file = join(folder, 'state.json');
    this.#log = join(folder, 'state.log');
    this.#lock = join(folder, 'state.lock');
  }

  /** What was saved last, or undefined where nothing was. Throws `Fault` when a file is damaged. */
  load(): State | undefined {
    for (;;) {
      const stamp = stampOf(this.#file);
      if (stamp === undefined) this.#known = undefined;
      else if (this.#known?.whole.stamp !== stamp) this.#known = this.#readWhole(stamp);
      if (this.#known === undefined || this.#readChanges(this.#known)) return this.#known?.state;
      // Another process has saved the whole meanwhile.
      this.#known = undefined;
    }
  }

  /** Makes `act` the only one that changes the model, then saves what it returns. `wholly`: nothing is left to the file of changes. */
  change<Result>(
    act: (state: State | undefined) => { readonly state: State; readonly result: Result },
    wholly = false,
  ): Result {
    makeFolder(this.folder, 0o700);
    try {
      return underModelLock(this.#lock, () => {
        const { state, result } = act(this.load());
        state.revision += 1;
        const known = this.#known;
        if (known?.state !== state || wholly || known.end > Math.max(fewestBytes, 2 * known.whole.bytes))
          this.#saveWhole(state);
        else this.#saveChange(known);
        return result;
      });
    } catch (thrown) {
      this.#known = undefined;
      throw namePath(thrown, this.#file);
    }
  }

  /** Undefined where it was removed meanwhile. */
  #readWhole(stamp: string): Known | undefined {
    const text = textNow(this.#file);
    if (text === undefined) return undefined;
    const { log: mark = '', ...state } = parse(wholeSchema, text, this.#file);
    const whole = { stamp, bytes: text.length };
    return { state, changes: new Changes(state), whole, mark, end: 0, stamp: undefined };
  }

  /** Goes on to the last whole line. False where the files are not those that were known. */
  #readChanges(known: Known): boolean {
    const stamp = stampOf(this.#log);
    if (stamp === known.stamp) return true;
    if (stamp === undefined) return false;
    const bytes = bytesNow(this.#log);
    // Changes that go on from another whole than the one that was read.
    if (bytes === undefined || stampOf(this.#file) !== known.whole.stamp) return false;
    const end = bytes.lastIndexOf('\n') + 1;
    const head = Buffer.from(`${known.mark}\n`);
    const isOurs = bytes.subarray(0, head.length).equals(head);
    if (!isOurs || end < known.end) {
      known.stamp = stamp;
      return known.end === 0;
    }
    const from = Math.max(known.end, head.length);
    for (const line of bytes.toString('utf8', from, end).split('\n'))
      if (line !== '') applyPatch(known.state, parse(patchSchema, line, this.#log));
    if (end > from) known.changes.saved(known.state);
    known.end = end;
    known.stamp = stamp;
    return true;
  }

  #saveWhole(state: State): void {
    // Only the holder of the lock writes: one name is enough, and a killed process leaves no more than this one file.
    const fresh = `${this.#file}.new`;
    const mark = randomUUID();
    const text = JSON.stringify({ ...state, log: mark });
    writeFileSync(fresh, text, { mode: 0o600 });
    renameSync(fresh, this.#file);
    // A process that is killed before this leaves changes that do not go on from the new whole, and count no more.
    rmSync(this.#log, { force: true });
    const changes = this.#known?.state === state ? this.#known.changes : new Changes(state);
    changes.saved(state);
    const whole = { stamp: stampOf(this.#file) ?? '', bytes: text.length };
    this.#known = { state, changes, whole, mark, end: 0, stamp: undefined };
  }

  #saveChange(known: Known): void {
    const line = `${known.changes.take(known.state)}\n`;
    const text = known.end === 0 ? `${known.mark}\n${line}` : line;
    if (known.end === 0) writeFileSync(this.#log, text, { mode: 0o600 });
    else {
      // Of a process that was killed while it wrote.
      if (statSync(this.#log).size > known.end) truncateSync(this.#log, known.end);
      appendFileSync(this.#log, text);
    }
    known.end += Buffer.byteLength(text);
    known.stamp = stampOf(this.#log);
  }
}

/** Another one after every change of the file; undefined where there is none. */
function stampOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.ino}/${stat.mtimeMs}/${stat.size}`;
}

function parse<Output>(schema: z.ZodType<Output>, text: string, file: string): Output {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Fault({
      what: 'The rehearsal cannot be read.',
      where: file,
      why: 'The file is damaged or was written by another version of this program.',
      next: [`Remove ${file} to start a new rehearsal.`],
      cause,
    });
  }
}
